import type { MetricsRequest, TargetMetrics } from './target-metrics.ts'

/** Something that is asked for its values once in each interval. */
export interface Gatherer {
  /** One word, for metrics and log lines: `containers`, `node`, `kubelet`, `scrape`. */
  readonly name: string
  /**
   * Reads what there is, and hands the requests of its targets to the shipper. What can't be read is counted and left out; it rejects only
   * for what nobody foresaw. It is not called again before it has ended.
   *
   * @param signal aborts when the agent stops
   */
  gather(signal: AbortSignal): void | Promise<void>
}

/** Takes the requests of a target's round, see {@link TargetMetrics.end}. */
export type SendMetrics = (requests: readonly MetricsRequest[]) => void
