import type { TestContext } from 'node:test'
import { checkConfig } from '#lib/config/load.ts'
import { section } from '#lib/config/schema.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { SCRAPE_EVENTS } from '../../agent/gather/page/events.ts'
import { type ScrapeConfig, scrapeSection } from '../../agent/gather/scrape/config.ts'
import { type ScrapeDeps, ScrapeGatherer } from '../../agent/gather/scrape/scrape-gatherer.ts'
import type { MetricsRequest } from '../../agent/gather/target-metrics.ts'
import type { PodMetadata } from '../../agent/metadata/pod-metadata.ts'
import { ManualClock } from './manual-clock.ts'
import { until } from './until.ts'

const schema = section('The whole.', { gather: section('Gathering.', { scrape: scrapeSection() }) })

/** The section `gather.scrape` with the defaults and what is given; what the schema cannot say is not checked. */
export function scrapeConfigOf(scrape: unknown): ScrapeConfig {
  const overrides = Object.entries(scrape as Record<string, unknown>).map(
    ([key, value]) => `gather.scrape.${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const result = checkConfig<{ gather: { scrape: ScrapeConfig } }>({ schema }, { overrides, env: {} })
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result.config.gather.scrape
}

/** The events of scrapes, counted and listed. */
export function scrapeEvents(clock: ManualClock) {
  const registry = createRegistry('agent', '0')
  const lines: string[] = []
  const logger = createLogger({ service: 'test', level: 'warn', format: 'logfmt', write: (line) => lines.push(line) })
  return { lines, registry, events: createEvents('vedette_agent', SCRAPE_EVENTS, { registry, logger, clock }) }
}

/** A gatherer on a clock that the test moves. */
export class ScrapeHarness {
  readonly clock = new ManualClock()
  readonly requests: MetricsRequest[] = []
  /** Requests of one scrape each, in their order. */
  readonly scrapes: (readonly MetricsRequest[])[] = []
  readonly pods: PodMetadata[] = []
  readonly lines: string[]
  readonly gatherer: ScrapeGatherer
  readonly #stopping = new AbortController()

  constructor(t: Pick<TestContext, 'after'>, scrape: unknown = {}, deps: Partial<ScrapeDeps> = {}) {
    const { events, lines } = scrapeEvents(this.clock)
    this.lines = lines
    this.gatherer = new ScrapeGatherer(scrapeConfigOf(scrape), {
      ...{ clock: this.clock, events, files: systemFiles, node: { name: 'node-1', address: '10.1.1.1' }, version: '0' },
      intervalMs: 10_000,
      pods: { pods: () => this.pods },
      send: (requests) => this.scrapes.push(requests),
      ...deps,
    })
    t.after(() => this.#stopping.abort())
  }

  /** Looks which targets there are. */
  look(): void {
    this.gatherer.gather(this.#stopping.signal)
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** One interval, and all of its scrapes: at most one of each target. */
  async round(targets = this.gatherer.targets().length): Promise<readonly (readonly MetricsRequest[])[]> {
    const before = this.scrapes.length
    await this.clock.advance(10_000)
    await until('scrapes', () => this.scrapes.length >= before + targets, { everyMs: 5, timeoutMs: 20_000 })
    return this.scrapes.slice(before)
  }
}

/** A pod with annotations, at the loopback address. */
export function scrapedPod(
  name: string,
  annotations: Readonly<Record<string, string>>,
  more: Partial<PodMetadata> = {},
): PodMetadata {
  const entries = Object.entries({ scrape: 'true', ...annotations })
  return {
    ...{ uid: `uid-${name}`, otherUids: [], apiUid: `uid-${name}`, isStatic: false, namespace: 'shop', name },
    ...{ nodeName: 'node-1', podIp: '127.0.0.1', isHostNetwork: false, startTime: undefined },
    labels: new Map([['app', 'web']]),
    annotations: new Map(entries.map(([key, value]) => [`prometheus.io/${key}`, value])),
    ...{ owner: undefined, containers: [] },
    ...more,
  }
}
