import type { Chunk } from '#lib/match/chunk.ts'
import { Condition } from './condition.ts'
import { type FieldSource, parseFieldSource } from './field-source.ts'
import { LabelledRows, type RowLabels } from './labelled-rows.ts'
import type { CounterSpec } from './metric-config.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** Counts of records with the same labels. */
export interface Count {
  readonly labels: RowLabels
  value: number
}

/** The series of a counter of the configuration: they go on when rules change. */
export class CounterSeries {
  readonly spec: CounterSpec
  readonly rows: LabelledRows<Count>

  /** @param maxSeries beyond, records count in one series whose labels are `(other)` */
  constructor(spec: CounterSpec, maxSeries: number) {
    this.spec = spec
    this.rows = new LabelledRows(spec.labels, maxSeries, (labels) => ({ labels, value: 0 }))
  }
}

/** Says what a record adds to a counter. */
export class DerivedCounter {
  readonly condition: Condition
  readonly #series: CounterSeries
  readonly #sum: FieldSource | undefined

  constructor(series: CounterSeries, chunk: Chunk) {
    const { spec } = series
    this.condition = new Condition(spec, chunk)
    this.#series = series
    this.#sum = spec.sum === undefined ? undefined : parseFieldSource(spec.sum)
  }

  /** Adds a record, of a resource that it is about, by `add`. What is no number, or a negative one, adds nothing. */
  count(resource: ResourceView, record: RecordView, add: (count: Count, amount: number) => void): void {
    if (!this.condition.isMet(record)) return
    const text = this.#sum?.of(resource, record)
    const amount = text === undefined ? 1 : text === '' ? Number.NaN : Number(text)
    if (amount >= 0 && amount < Number.POSITIVE_INFINITY) add(this.#series.rows.of(resource, record), amount)
  }
}
