import type { Clock } from '#lib/clock.ts'
import type { Gatherer } from '../gatherer.ts'
import type { PageTarget } from '../page/page-target.ts'
import type { TargetStatus } from '../page/target-status.ts'
import type { KubeletPages } from './kubelet-pages.ts'
import type { StatsTarget } from './stats-target.ts'

/** One of the kubelet's pages. */
export interface KubeletEndpoint {
  readonly path: string
  readonly job: string
  readonly instance: string
  readonly target: Pick<PageTarget, 'scrape' | 'state'>
}

export interface KubeletGathererOptions {
  readonly endpoints: readonly KubeletEndpoint[]
  readonly stats: StatsTarget | undefined
  readonly pages: KubeletPages
  /** Base URL, for people. */
  readonly url: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Rounds come as timers do: a little early is on time. */
const EARLY_MS = 500

/**
 * Asks the kubelet for its pages. All at once, and all values have the time of the agent's round: to the collector they
 * are one source, whose rounds tell it what has gone.
 */
export class KubeletGatherer implements Gatherer {
  readonly name = 'kubelet'
  readonly #options: KubeletGathererOptions
  #askedAtMs = Number.NEGATIVE_INFINITY
  #signal: AbortSignal | undefined

  constructor(options: KubeletGathererOptions) {
    this.#options = options
  }

  async gather(signal: AbortSignal): Promise<void> {
    const { clock, endpoints, stats, intervalMs, pages } = this.#options
    if (this.#signal !== signal) signal.addEventListener('abort', () => pages.close(), { once: true })
    this.#signal = signal
    const atMs = clock.nowMs()
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#askedAtMs >= intervalMs - EARLY_MS) {
      this.#askedAtMs = nowMs
      await Promise.all(endpoints.map(({ target }) => target.scrape(signal, atMs)))
    }
    if (!signal.aborted) stats?.writeContainers(atMs)
  }

  /** The endpoints and how they are. */
  targets(): readonly TargetStatus[] {
    const { endpoints, url, intervalMs, timeoutMs } = this.#options
    return endpoints.map(({ path, job, instance, target }) => ({
      ...{ pool: 'kubelet', job, instance, labels: new Map([['metrics_path', path]]), discovered: new Map() },
      ...{ url: `${url}${path}`, intervalMs, timeoutMs, ...target.state },
    }))
  }
}
