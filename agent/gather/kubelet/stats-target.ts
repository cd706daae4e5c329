import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { KnownPods } from '../../metadata/known-pods.ts'
import type { SendMetrics } from '../gatherer.ts'
import type { ScrapeEvents } from '../page/events.ts'
import { INITIAL_STATE, type PageTargetState } from '../page/page-target.ts'
import { ScrapeError } from '../page/scrape-error.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import { parseSummary, type StatsSummary } from './parse-summary.ts'
import { StatsLabels, writeContainerStats, writeVolumeStats } from './stats-series.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

export interface StatsTargetOptions {
  /** Its own `up`, and volumes. */
  readonly metrics: TargetMetrics
  /** Where series of containers go: the target of which the gatherer of containers speaks. */
  readonly containerMetrics: TargetMetrics
  readonly containerLabels: Pairs
  /** Labels of volumes; undefined if they are not written, because the kubelet's own page has them. */
  readonly volumeLabels: Pairs | undefined
  readonly displayUrl: string
  readonly pods: Pick<KnownPods, 'findPodByUid'> | undefined
  /** Rejects with a {@link ScrapeError}. */
  readonly fetch: (signal: AbortSignal) => Promise<Buffer>
  readonly clock: Clock
  readonly events: ScrapeEvents
  readonly send: SendMetrics
}

/** The kubelet's `/stats/summary`, as series. */
export class StatsTarget {
  readonly #options: StatsTargetOptions
  readonly #containerLabels = new StatsLabels()
  readonly #volumeLabels = new StatsLabels()
  #summary: StatsSummary | undefined
  state: PageTargetState = INITIAL_STATE

  constructor(options: StatsTargetOptions) {
    this.#options = options
  }

  /** Reads it; never rejects. @param atMs the time that its values have */
  async read(owner: AbortSignal, atMs: number): Promise<void> {
    const { clock, metrics, volumeLabels, fetch, events, displayUrl: path, send } = this.#options
    const startedAtMs = clock.monotonicMs()
    let lastError = ''
    this.#summary = undefined
    try {
      this.#summary = parseSummary(await fetch(owner))
    } catch (error) {
      lastError = messageOf(error)
      if (!owner.aborted) {
        events.scrapeFailed(
          { reason: error instanceof ScrapeError ? error.reason : 'internal' },
          { path, err: lastError },
        )
      }
    }
    if (owner.aborted) return
    const isUp = lastError === ''
    const lastDurationMs = clock.monotonicMs() - startedAtMs
    metrics.begin(atMs)
    if (volumeLabels !== undefined) {
      writeVolumeStats(metrics, this.#summary?.volumes ?? [], this.#volumeLabels, volumeLabels)
      this.#volumeLabels.endRound()
    }
    send(metrics.end({ isUp, durationMs: lastDurationMs, error: lastError }))
    const { containers = [], volumes = [] } = this.#summary ?? {}
    this.state = {
      health: isUp ? 'up' : 'down',
      ...{ lastScrapeMs: atMs, lastDurationMs, lastError, samples: containers.length + volumes.length },
      series: metrics.series,
    }
  }

  /**
   * Writes what was read last of containers; in every round of the agent, because the collector takes a series for gone
   * that does not come with the others of its target.
   */
  writeContainers(atMs: number): void {
    const { containerMetrics, containerLabels, pods, send } = this.#options
    containerMetrics.begin(atMs)
    writeContainerStats(containerMetrics, this.#summary?.containers ?? [], this.#containerLabels, containerLabels, pods)
    this.#containerLabels.endRound()
    send(containerMetrics.endPart())
  }
}
