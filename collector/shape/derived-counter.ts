import type { Chunk } from '#lib/match/chunk.ts'
import { Condition } from './condition.ts'
import type { CounterSpec } from './config.ts'
import { type FieldSource, parseFieldSource } from './field-source.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** Counts of records with the same labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  value: number
}

/** What stands in labels of records for which there is no series left. */
const OTHER = '(other)'
/** A longer value of a label is cut. */
const LONGEST_VALUE = 128

/** The series of a counter of the configuration: they go on when rules change. */
export class CounterSeries {
  readonly spec: CounterSpec
  readonly labelNames: readonly string[]
  readonly #sources: readonly FieldSource[]
  readonly #maxSeries: number
  readonly #series = new Map<string, Series>()

  /** @param maxSeries beyond, records count in one series whose labels are `(other)` */
  constructor(spec: CounterSpec, maxSeries: number) {
    this.spec = spec
    this.labelNames = Object.keys(spec.labels)
    this.#sources = Object.values(spec.labels).flatMap((name) => parseFieldSource(name) ?? [])
    this.#maxSeries = maxSeries
  }

  get all(): Iterable<Series> {
    return this.#series.values()
  }

  /** The series of a record. */
  of(resource: ResourceView, record: RecordView): Series {
    const values = this.#sources.map((source) => source.of(resource, record).slice(0, LONGEST_VALUE))
    const key = values.join('\0')
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size < this.#maxSeries) return this.#make(key, values)
    const others = values.map(() => OTHER)
    return this.#series.get(others.join('\0')) ?? this.#make(others.join('\0'), others)
  }

  #make(key: string, values: readonly string[]): Series {
    const series = {
      labels: Object.fromEntries(this.labelNames.map((name, index) => [name, values[index]!])),
      value: 0,
    }
    this.#series.set(key, series)
    return series
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
  count(resource: ResourceView, record: RecordView, add: (series: Series, amount: number) => void): void {
    if (!this.condition.isMet(record)) return
    const text = this.#sum?.of(resource, record)
    const amount = text === undefined ? 1 : text === '' ? Number.NaN : Number(text)
    if (amount >= 0 && amount < Number.POSITIVE_INFINITY) add(this.#series.of(resource, record), amount)
  }
}
