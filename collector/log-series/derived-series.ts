import type { SeriesFamily } from '../series/series-sink.ts'
import type { Count, CounterSeries } from '../shape/derived-counter.ts'
import type { Distribution, HistogramSeries } from '../shape/derived-histogram.ts'
import type { RowLabels } from '../shape/labelled-rows.ts'
import { REPEAT_MS, type SeriesWriter } from './series-writer.ts'

/** How a row was put last. */
interface Shown {
  readonly labels: readonly string[]
  /** Of the buckets of a histogram. */
  readonly bucketLabels: readonly (readonly string[])[]
  size: number
  atMs: number
}

/** Puts what the counters and histograms of the configuration have counted, one row at a time. */
export class DerivedSeries {
  readonly #counters: readonly (readonly [SeriesFamily, CounterSeries])[]
  readonly #histograms: readonly (readonly [SeriesFamily, HistogramSeries])[]
  readonly #writer: SeriesWriter
  readonly #startMs: number
  readonly #shown = new Map<Count | Distribution, Shown>()

  /** @param startMs when they began to count, epoch milliseconds */
  constructor(
    metrics: { readonly counters: readonly CounterSeries[]; readonly histograms: readonly HistogramSeries[] },
    writer: SeriesWriter,
    startMs: number,
  ) {
    const familyOf = (
      type: 'counter' | 'histogram',
      { name, help }: { readonly name: string; readonly help: string },
    ) => ({ name, type, help, unit: '' }) as const
    this.#counters = metrics.counters.map((series) => [familyOf('counter', series.spec), series])
    this.#histograms = metrics.histograms.map((series) => [familyOf('histogram', series.spec), series])
    this.#writer = writer
    this.#startMs = startMs
  }

  *put(): Generator<undefined> {
    for (const [family, { rows }] of this.#counters) {
      for (const row of rows.all) {
        const shown = this.#changed(row, row.value, row.labels, [])
        if (shown === undefined) continue
        this.#writer.put(family, family.name, shown.labels, row.value, this.#startMs)
        yield undefined
      }
    }
    for (const [family, { rows }] of this.#histograms) {
      for (const row of rows.all) {
        const shown = this.#changed(row, row.count, row.labels, row.bounds)
        if (shown === undefined) continue
        this.#putDistribution(family, row, shown)
        yield undefined
      }
    }
  }

  #putDistribution(family: SeriesFamily, { counts, count, sum }: Distribution, shown: Shown): void {
    let cumulative = 0
    for (const [index, labels] of shown.bucketLabels.entries()) {
      cumulative += counts[index]!
      this.#writer.put(family, `${family.name}_bucket`, labels, cumulative, this.#startMs)
    }
    this.#writer.put(family, `${family.name}_sum`, shown.labels, sum, this.#startMs)
    this.#writer.put(family, `${family.name}_count`, shown.labels, count, this.#startMs)
  }

  /** Says how a row is put, unless it is what it was when it was put last, which was not long ago. */
  #changed(row: Count | Distribution, size: number, labels: RowLabels, bounds: readonly number[]): Shown | undefined {
    const { nowMs } = this.#writer
    let shown = this.#shown.get(row)
    if (shown !== undefined && shown.size === size && nowMs - shown.atMs < REPEAT_MS) return undefined
    if (shown === undefined) {
      const own = Object.entries(labels)
      const isHistogram = bounds.length > 0
      const bucketLabels = (isHistogram ? [...bounds.map(String), '+Inf'] : []).map((bound) =>
        this.#writer.labelsOf([...own, ['le', bound]]),
      )
      shown = { labels: this.#writer.labelsOf(own), bucketLabels, size, atMs: nowMs }
      this.#shown.set(row, shown)
    }
    shown.size = size
    shown.atMs = nowMs
    return shown
  }
}
