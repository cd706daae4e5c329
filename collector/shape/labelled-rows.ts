import { type FieldSource, parseFieldSource } from './field-source.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** What stands in labels of records for which there is no series left. */
const OTHER = '(other)'
/** A longer value of a label is cut. */
const LONGEST_VALUE = 128

export type RowLabels = Readonly<Record<string, string>>

/** What a metric of the configuration counts, by the labels of records, within a limit. */
export class LabelledRows<Row> {
  readonly #names: readonly string[]
  readonly #sources: readonly FieldSource[]
  readonly #maxRows: number
  readonly #make: (labels: RowLabels) => Row
  readonly #rows = new Map<string, Row>()
  /** Records that were counted with `(other)` as their labels. */
  limited = 0

  /**
   * @param labels fields by names of labels
   * @param maxRows beyond, records count in one whose labels are `(other)`
   */
  constructor(labels: RowLabels, maxRows: number, make: (labels: RowLabels) => Row) {
    this.#names = Object.keys(labels)
    this.#sources = Object.values(labels).flatMap((name) => parseFieldSource(name) ?? [])
    this.#maxRows = maxRows
    this.#make = make
  }

  get all(): Iterable<Row> {
    return this.#rows.values()
  }

  /** The row of a record. */
  of(resource: ResourceView, record: RecordView): Row {
    const values = this.#sources.map((source) => source.of(resource, record).slice(0, LONGEST_VALUE).toWellFormed())
    const key = values.join('\0')
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    if (this.#rows.size < this.#maxRows) return this.#add(key, values)
    this.limited += 1
    const others = values.map(() => OTHER)
    return this.#rows.get(others.join('\0')) ?? this.#add(others.join('\0'), others)
  }

  #add(key: string, values: readonly string[]): Row {
    const row = this.#make(Object.fromEntries(this.#names.map((name, index) => [name, values[index]!])))
    this.#rows.set(key, row)
    return row
  }
}
