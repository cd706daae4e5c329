import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { SeriesSink } from '../series/series-sink.ts'
import type { CounterSeries } from '../shape/derived-counter.ts'
import type { HistogramSeries } from '../shape/derived-histogram.ts'
import type { ContainerTable } from './container-counts.ts'
import { putContainers } from './container-series.ts'
import { DerivedSeries } from './derived-series.ts'
import { SeriesWriter } from './series-writer.ts'

export interface PublisherOptions {
  readonly sink: SeriesSink
  readonly clock: Clock
  readonly intervalMs: number
  /** Label `instance` of all series. */
  readonly instance: string
  /** Undefined if records are not counted. */
  readonly containers: ContainerTable | undefined
  /** Metrics of the configuration. */
  readonly derived: { readonly counters: readonly CounterSeries[]; readonly histograms: readonly HistogramSeries[] }
}

/** Samples that are put before others have their turn. */
const SLICE = 2_000

/** Puts what was counted of logs into the table of series, now and then. */
export class LogSeriesPublisher implements Service {
  readonly name = 'log series'
  readonly #options: PublisherOptions
  readonly #writer: SeriesWriter
  readonly #derived: DerivedSeries
  #cancel: () => void = () => {}
  #isStopped = false

  constructor(options: PublisherOptions) {
    this.#options = options
    const { sink, instance, clock, derived } = options
    this.#writer = new SeriesWriter({ sink, instance, nowMs: () => clock.nowMs() })
    this.#derived = new DerivedSeries(derived, this.#writer, clock.nowMs())
  }

  start(): void {
    this.#cancel = this.#options.clock.after(this.#options.intervalMs, () => {
      void this.publish().then(() => {
        if (!this.#isStopped) this.start()
      })
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** Puts what has changed, and what was not put for a while. */
  async publish(): Promise<void> {
    const { containers } = this.#options
    this.#writer.begin()
    if (containers !== undefined) await this.#putAll(putContainers(containers, this.#writer))
    await this.#putAll(this.#derived.put())
  }

  async #putAll(rows: Iterable<undefined>): Promise<void> {
    let nextPause = this.#writer.puts + SLICE
    for (const _ of rows) {
      if (this.#writer.puts < nextPause) continue
      await nextTurn()
      nextPause = this.#writer.puts + SLICE
    }
  }
}
