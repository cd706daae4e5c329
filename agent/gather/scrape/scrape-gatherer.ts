import type { Clock } from '#lib/clock.ts'
import { ACCEPT_EXPOSITION } from '#lib/exposition/format.ts'
import { EXPOSITION_LIMITS } from '#lib/exposition/limits.ts'
import type { Files } from '#lib/files.ts'
import type { KnownPods } from '../../metadata/known-pods.ts'
import { Connections } from '../../ship/connections.ts'
import type { Gatherer, SendMetrics } from '../gatherer.ts'
import type { ScrapeEvents } from '../page/events.ts'
import { PageLoop } from '../page/page-loop.ts'
import { PageTarget } from '../page/page-target.ts'
import { Slots } from '../page/slots.ts'
import type { TargetStatus } from '../page/target-status.ts'
import { compileRelabel } from '../relabel/relabel.ts'
import { Access, type AccessSettings } from './access.ts'
import type { ScrapeConfig } from './config.ts'
import { fetchPage } from './fetch-page.ts'
import { type FindTargetsOptions, findPodTargets, findStaticTargets } from './find-targets.ts'
import { displayUrlOf, keyOf, type ScrapePool, type TargetSpec } from './target-spec.ts'

export interface ScrapeDeps {
  readonly clock: Clock
  readonly events: ScrapeEvents
  readonly files: Pick<Files, 'readFile' | 'stat'>
  readonly send: SendMetrics
  /** Undefined if nobody is asked for pods. */
  readonly pods: Pick<KnownPods, 'pods'> | undefined
  /** Name of the node, and the address that people know it by. */
  readonly node: { readonly name: string; readonly address: string }
  /** Of the agent. */
  readonly version: string
  /** How often targets are scraped whose configuration does not say. */
  readonly intervalMs: number
}

/** A connection that was kept for so long is not used again. */
const MAX_CONNECTION_AGE_MS = 5 * 60_000

interface Scraped {
  readonly spec: TargetSpec
  readonly loop: PageLoop
  readonly connections: Connections
}

/**
 * Scrapes pods that ask for it and the targets of the configuration. Each target has its own moment within its interval; a
 * round only looks which targets there are.
 */
export class ScrapeGatherer implements Gatherer {
  readonly name = 'scrape'
  readonly #config: ScrapeConfig
  readonly #deps: ScrapeDeps
  readonly #find: FindTargetsOptions
  readonly #podPool: ScrapePool
  readonly #static: readonly TargetSpec[]
  readonly #slots: Slots
  readonly #scraped = new Map<string, Scraped>()
  #isStopping = false
  #signal: AbortSignal | undefined

  constructor(config: ScrapeConfig, deps: ScrapeDeps) {
    this.#config = config
    this.#deps = deps
    this.#find = { config, ...deps, intervalMs: config.interval ?? deps.intervalMs }
    this.#podPool = this.#createPool('pods', config.pods, {
      ...{ tls: config.pods.tls, bearer_token_file: '', basic_auth: { username: '', password_file: '' } },
    })
    this.#static = config.targets.flatMap((entry) =>
      findStaticTargets(entry, this.#createPool(entry.job, entry, entry), this.#find),
    )
    this.#slots = new Slots(config.max_concurrent)
  }

  gather(signal: AbortSignal): void {
    if (signal.aborted || this.#isStopping) return
    if (this.#signal !== signal) signal.addEventListener('abort', () => this.#stop(), { once: true })
    this.#signal = signal
    const { clock, pods } = this.#deps
    const wanted = new Map(this.#static.map((spec) => [keyOf(spec), spec]))
    if (this.#config.pods.enabled && pods !== undefined) {
      for (const spec of findPodTargets(pods.pods(), this.#podPool, clock.nowMs(), this.#find)) {
        wanted.set(keyOf(spec), spec)
      }
    }
    for (const [key, scraped] of this.#scraped) if (!wanted.has(key)) this.#end(key, scraped)
    for (const [key, spec] of wanted) if (!this.#scraped.has(key)) this.#begin(key, spec)
  }

  /** The targets and how they are. */
  targets(): readonly TargetStatus[] {
    return [...this.#scraped.values()].map(({ spec, loop }) => ({
      ...{ pool: spec.pool.name, job: spec.job, instance: spec.instance, labels: spec.labels },
      ...{ discovered: spec.discovered, url: displayUrlOf(spec) },
      ...{ intervalMs: spec.intervalMs, timeoutMs: spec.timeoutMs, ...loop.target.state },
    }))
  }

  #begin(key: string, spec: TargetSpec): void {
    const { clock, version } = this.#deps
    const { tls } = spec.pool.access.settings
    const connections = new Connections({
      ...{ url: spec.url, clock, maxAgeMs: MAX_CONNECTION_AGE_MS, proxies: undefined },
      ...{ serverName: tls.server_name, insecureSkipVerify: tls.insecure_skip_verify },
    })
    const headers = {
      ...{ accept: ACCEPT_EXPOSITION, 'accept-encoding': 'gzip', 'user-agent': `vedette/${version}` },
      'x-prometheus-scrape-timeout-seconds': String(spec.timeoutMs / 1000),
    }
    const target = this.#createTarget(spec, async (open, signal) => {
      const { access } = spec.pool
      const authorization = await access.readAuthorization()
      const agent = connections.agentFor(await access.readCredentials())
      const sent = authorization === undefined ? headers : { ...headers, authorization }
      await fetchPage({ url: spec.url, agent, headers: sent, maxBytes: this.#config.max_body_bytes, signal }, open)
    })
    // Several pages of one job and instance are one source to the collector, whose rounds tell it what has gone.
    const moment = `${spec.job} ${spec.instance}`
    const loop = new PageLoop({ target, key: moment, intervalMs: spec.intervalMs, clock, slots: this.#slots })
    this.#scraped.set(key, { spec, loop, connections })
    loop.start()
  }

  #createTarget(spec: TargetSpec, fetch: ConstructorParameters<typeof PageTarget>[0]['fetch']): PageTarget {
    const { max_body_bytes, max_samples, max_labels, max_label_value_bytes, fallback_format } = this.#config
    const { job, instance, labels, pool, timeoutMs } = spec
    return new PageTarget({
      ...this.#deps,
      node: this.#deps.node.name,
      ...{ job, instance, labels, timeoutMs, fetch, displayUrl: displayUrlOf(spec) },
      ...{ honorLabels: pool.honorLabels, honorTimestamps: pool.honorTimestamps, relabel: pool.metricRelabel },
      limits: {
        ...EXPOSITION_LIMITS,
        ...{ maxBytes: max_body_bytes, maxSamples: max_samples, maxLabels: max_labels },
        maxValueBytes: max_label_value_bytes,
      },
      fallbackFormat: fallback_format,
    })
  }

  #end(key: string, { loop, connections }: Scraped): void {
    this.#scraped.delete(key)
    void loop.stop(true).finally(() => connections.close())
  }

  #stop(): void {
    this.#isStopping = true
    for (const { loop, connections } of this.#scraped.values()) void loop.stop(false).finally(() => connections.close())
    this.#scraped.clear()
  }

  #createPool(
    name: string,
    rules: Pick<ScrapeConfig['pods'], 'relabel' | 'metric_relabel' | 'honor_labels' | 'honor_timestamps'>,
    access: AccessSettings,
  ): ScrapePool {
    return {
      name,
      access: new Access(access, this.#deps.files),
      honorLabels: rules.honor_labels,
      honorTimestamps: rules.honor_timestamps,
      relabel: compileRelabel(rules.relabel),
      metricRelabel: compileRelabel(rules.metric_relabel),
    }
  }
}

/** What scrapes by this configuration; undefined if nothing is to be scraped. */
export function createScrapeGatherer(config: ScrapeConfig, deps: ScrapeDeps): ScrapeGatherer | undefined {
  const hasPods = config.pods.enabled && deps.pods !== undefined
  return config.enabled && (hasPods || config.targets.length > 0) ? new ScrapeGatherer(config, deps) : undefined
}
