import type { Chunk } from '#lib/match/chunk.ts'
import { BodyPattern } from '#lib/match/pattern.ts'
import { Condition } from './condition.ts'
import { type FieldSource, parseFieldSource } from './field-source.ts'
import { LabelledRows, type RowLabels } from './labelled-rows.ts'
import type { HistogramSpec } from './metric-config.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** Values of records with the same labels. */
export interface Distribution {
  readonly labels: RowLabels
  /** Upper bounds of the buckets, from small to large, without infinity. */
  readonly bounds: readonly number[]
  /** Of each bucket alone, and of what is beyond all of them. */
  readonly counts: Float64Array
  count: number
  sum: number
}

/** The series of a histogram of the configuration: they go on when rules change. */
export class HistogramSeries {
  readonly spec: HistogramSpec
  readonly rows: LabelledRows<Distribution>
  /** Records that meet the conditions but have no number. */
  invalid = 0

  /** @param maxSeries as many sets of labels at the most; beyond, records count in one whose labels are `(other)` */
  constructor(spec: HistogramSpec, maxSeries: number) {
    this.spec = spec
    const bounds = [...spec.buckets].sort((one, other) => one - other)
    this.rows = new LabelledRows(spec.labels, maxSeries, (labels) => ({
      ...{ labels, bounds, counts: new Float64Array(bounds.length + 1) },
      ...{ count: 0, sum: 0 },
    }))
  }
}

/** Says of a record which value a histogram has of it. */
export class DerivedHistogram {
  readonly condition: Condition
  readonly #series: HistogramSeries
  readonly #value: FieldSource | undefined
  readonly #pattern: BodyPattern | undefined
  readonly #scale: number

  constructor(series: HistogramSeries, chunk: Chunk) {
    const { spec } = series
    this.condition = new Condition(spec, chunk)
    this.#series = series
    this.#value = spec.value === undefined ? undefined : parseFieldSource(spec.value)
    this.#pattern = spec.pattern === undefined ? undefined : new BodyPattern(spec.pattern, chunk)
    this.#scale = spec.scale
  }

  /** Has the value of a record, of a resource that it is about, taken by `take`, if it has one. */
  observe(resource: ResourceView, record: RecordView, take: (into: Distribution, value: number) => void): void {
    if (!this.condition.isMet(record)) return
    const text = this.#pattern === undefined ? (this.#value?.of(resource, record) ?? '') : this.#find(record)
    const value = text.trim() === '' ? Number.NaN : Number(text) * this.#scale
    if (Number.isFinite(value)) take(this.#series.rows.of(resource, record), value)
    else this.#series.invalid += 1
  }

  #find(record: RecordView): string {
    const { bytes, bodyStart, bodyEnd } = record
    const pattern = this.#pattern!
    if (!pattern.mayMatch(bytes, bodyStart, bodyEnd)) return ''
    const matcher = pattern.regexp.matcher(record.text)
    return matcher.find() ? (matcher.group(1) ?? '') : ''
  }
}

/** Adds a value. */
export function addValue(to: Distribution, value: number): void {
  const { bounds, counts } = to
  let bucket = 0
  while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1
  counts[bucket]! += 1
  to.count += 1
  to.sum += value
}
