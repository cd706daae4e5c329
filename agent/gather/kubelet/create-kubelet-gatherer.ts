import type { Clock } from '#lib/clock.ts'
import { EXPOSITION_LIMITS } from '#lib/exposition/limits.ts'
import type { Files } from '#lib/files.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import { matchesPattern } from '#lib/match/name-pattern.ts'
import type { MetadataConfig } from '../../metadata/config.ts'
import type { KnownPods } from '../../metadata/known-pods.ts'
import { kubeletUrlOf, type Surroundings } from '../../metadata/kubelet-url.ts'
import type { SendMetrics } from '../gatherer.ts'
import type { ScrapeEvents } from '../page/events.ts'
import { PageTarget } from '../page/page-target.ts'
import { TargetMetrics } from '../target-metrics.ts'
import { type KubeletConfig, SHORTEST_INTERVAL_MS } from './config.ts'
import { type KubeletEndpoint, KubeletGatherer } from './kubelet-gatherer.ts'
import { KubeletPages } from './kubelet-pages.ts'
import { StatsTarget } from './stats-target.ts'

export interface KubeletGathererDeps extends Surroundings {
  readonly clock: Clock
  readonly events: ScrapeEvents
  readonly files: Pick<Files, 'readFile' | 'stat'>
  readonly send: SendMetrics
  /** For ids and images of containers; undefined if nobody is asked for pods. */
  readonly pods: Pick<KnownPods, 'findPodByUid'> | undefined
  /** How the kubelet is reached. */
  readonly metadata: MetadataConfig
  /** As what series of containers are known. */
  readonly containers: {
    readonly job: string
    readonly instance: string
    readonly labels: Readonly<Record<string, string>>
  }
  /** Name of the node, and the address that people know it by. */
  readonly node: { readonly name: string; readonly address: string }
  /** Of the agent. */
  readonly version: string
  /** How often the agent gathers. */
  readonly intervalMs: number
}

const PORT = 10_250
const METRICS_PATH = '/metrics'
const STATS_PATH = '/stats/summary'

/** What passes on the kubelet's metrics; undefined if it is not to be asked, or it is not known how. */
export function createKubeletGatherer(config: KubeletConfig, deps: KubeletGathererDeps): KubeletGatherer | undefined {
  const { metadata, clock, files, node } = deps
  // Who asks the API server for pods has all the same a kubelet to ask for metrics.
  const source = metadata.source === 'api' ? 'auto' : metadata.source
  const url = config.enabled ? kubeletUrlOf({ ...metadata, source }, deps) : undefined
  if (url === undefined) return undefined
  const { token_file: tokenFile, ca_file: caFile, insecure_skip_verify: insecureSkipVerify } = metadata.kubelet
  const pages = new KubeletPages({
    ...{ url, tokenFile, caFile, insecureSkipVerify, clock, files },
    ...{ timeoutMs: config.timeout, maxBytes: config.max_body_bytes },
  })
  const host = bracketHost(node.address)
  const instance = config.instance || `${host}:${PORT}`
  const endpoint = (path: string, job: string, takes?: (name: string) => boolean): KubeletEndpoint => ({
    ...{ path, job, instance },
    target: createPage(path, job, { config, deps, pages, instance, url, takes }),
  })
  const { metrics, resource, probes, cadvisor } = config
  const takesMetric = createFilter(metrics.include, metrics.exclude)
  const endpoints: KubeletEndpoint[] = []
  if (metrics.enabled) endpoints.push(endpoint(METRICS_PATH, config.job, takesMetric))
  if (resource.enabled) endpoints.push(endpoint('/metrics/resource', config.job))
  if (probes.enabled) endpoints.push(endpoint('/metrics/probes', config.job, createFilter(probes.include, [])))
  if (cadvisor.enabled) endpoints.push(endpoint('/metrics/cadvisor', cadvisor.job))
  const hasVolumes = metrics.enabled && takesMetric('kubelet_volume_stats_used_bytes')
  const stats = config.stats.enabled ? createStats({ config, deps, pages, instance, url, hasVolumes }) : undefined
  if (stats !== undefined) {
    const target = {
      scrape: (signal: AbortSignal, atMs = clock.nowMs()) => stats.read(signal, atMs),
      get state() {
        return stats.state
      },
    }
    endpoints.push({ path: STATS_PATH, job: config.job, instance, target })
  }
  const intervalMs = Math.max(config.interval ?? deps.intervalMs, SHORTEST_INTERVAL_MS)
  return new KubeletGatherer({ endpoints, stats, pages, url, intervalMs, timeoutMs: config.timeout, clock })
}

interface Making {
  readonly config: KubeletConfig
  readonly deps: KubeletGathererDeps
  readonly pages: KubeletPages
  readonly instance: string
  readonly url: string
}

function createPage(
  path: string,
  job: string,
  { config, deps, pages, instance, url, takes }: Making & { readonly takes: ((name: string) => boolean) | undefined },
): PageTarget {
  const { clock, events, send, version, node } = deps
  return new PageTarget({
    ...{ job, instance, node: node.name, version, clock, events, send, takes, displayUrl: `${url}${path}` },
    labels: new Map([
      ['metrics_path', path],
      ['node', node.name],
    ]),
    // Its own labels `node` and `namespace` mean what they say. Its times are up to ten seconds old, of each container another.
    ...{ honorLabels: true, honorTimestamps: false, fallbackFormat: 'text' },
    limits: { ...EXPOSITION_LIMITS, maxBytes: config.max_body_bytes, maxSamples: config.max_samples },
    // Its client keeps to the time itself.
    timeoutMs: 2 * config.timeout,
    async fetch(open, signal) {
      const page = await pages.fetch(path, signal)
      const reader = open('text/plain')
      reader.write(page)
      reader.end()
    },
  })
}

function createStats({
  config,
  deps,
  pages,
  instance,
  url,
  hasVolumes,
}: Making & { readonly hasVolumes: boolean }): StatsTarget {
  const { clock, events, send, version, node, pods, containers } = deps
  const containerTarget = {
    ...{ job: containers.job, instance: containers.instance || instance, node: node.name },
  }
  const own = [
    ['metrics_path', STATS_PATH],
    ['node', node.name],
  ] as const
  return new StatsTarget({
    metrics: new TargetMetrics({ job: config.job, instance, node: node.name, labels: own }, version),
    containerMetrics: new TargetMetrics(containerTarget, version),
    containerLabels: Object.entries(containers.labels),
    volumeLabels: hasVolumes
      ? undefined
      : [
          ['metrics_path', METRICS_PATH],
          ['node', node.name],
        ],
    displayUrl: `${url}${STATS_PATH}`,
    fetch: (signal) => pages.fetch(STATS_PATH, signal),
    ...{ pods, clock, events, send },
  })
}

function createFilter(include: readonly string[], exclude: readonly string[]): (name: string) => boolean {
  const meets = (patterns: readonly string[], name: string) => patterns.some((pattern) => matchesPattern(name, pattern))
  return (name) => meets(include, name) && !meets(exclude, name)
}
