import type { Block } from '../../block/block.ts'
import type { BlockSummary } from '../../block/summary.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import { dateValue, type FieldType, numberValue } from '../../mapping/field-type.ts'
import type { Mapping } from '../../mapping/mapping.ts'
import { epochNsOf } from '../../time/day.ts'
import type { SortMode } from '../sort/parse-sort.ts'
import { declaredType } from './field-query.ts'
import { FieldColumns, type TypedColumn } from './typed-column.ts'

/** A value to sort or count by. Dates are nanoseconds since 1970; booleans are 0 and 1. */
export type Value = number | bigint | string

/** Reads the values of a field in blocks of one index. */
export class FieldValues {
  /** The type that the mapping gives, or undefined if it depends on the value. */
  readonly type: FieldType | undefined
  /** Values without a type in the mapping were true and false. */
  sawBooleans = false
  readonly #columns: FieldColumns

  /** @throws ElasticsearchError for a text field, of which no order and no count is kept */
  constructor(mapping: Mapping, name: string) {
    this.#columns = new FieldColumns(mapping, name, false)
    this.type =
      this.#columns.constant === undefined
        ? declaredType(mapping, name)
        : { family: 'constant', name: 'constant_keyword', value: this.#columns.constant }
    if (this.type?.family === 'text' && !this.type.isDynamic) {
      throw illegalArgument(
        `Fielddata is disabled on [${name}] in this index. Text fields are not optimised for operations that require per-document field data like aggregations and sorting; use a keyword field instead.`,
      )
    }
  }

  /** @param missing stands for the value of rows that have none */
  in(block: Block, missing?: Value): RowValues {
    if (this.#columns.constant !== undefined) return new RowValues([], this.#columns.constant, missing)
    const columns = this.#columns.in(block)
    if (this.type === undefined && !this.sawBooleans) this.sawBooleans = columns.some(hasBooleans)
    return new RowValues(
      columns.map((column) => new ColumnValues(column, block)),
      undefined,
      missing,
    )
  }

  /** How many of the rows of a block have each value, if its summary says so. */
  countsIn(summary: BlockSummary, rows: number): ValueCounts | undefined {
    if (this.#columns.constant !== undefined) return new Map([[this.#columns.constant, rows]])
    const [typed, ...others] = this.#columns.in(summary)
    if (others.length > 0) return undefined
    if (typed === undefined) return new Map([[undefined, rows]])
    const { values } = typed.column
    if (values === undefined) return undefined
    if (this.type === undefined && typed.column.leaf.kind === 'bare') this.sawBooleans ||= values.some(isBoolean)
    const counts = new Map<Value | undefined, number>()
    const add = (value: Value | undefined, count: number) => counts.set(value, (counts.get(value) ?? 0) + count)
    let having = 0
    for (const { text, count } of values) {
      add(typedValue(typed, text), count)
      having += count
    }
    if (having < rows) add(undefined, rows - having)
    return counts
  }
}

/** How many documents have a value; those that have none are under undefined. */
export type ValueCounts = ReadonlyMap<Value | undefined, number>

/** The values of one column. */
export class ColumnValues {
  readonly typed: TypedColumn
  readonly #block: Block
  readonly #entries: (Value | undefined)[] | undefined

  constructor(typed: TypedColumn, block: Block) {
    this.typed = typed
    this.#block = block
    this.#entries = typed.column.dictionary?.entries.map((_, entry) => typedValue(typed, typed.column.entryText(entry)))
  }

  /** By code: the values of a dictionary. */
  get entries(): readonly (Value | undefined)[] | undefined {
    return this.#entries
  }

  at(value: number): Value | undefined {
    const { column, type } = this.typed
    if (this.#entries !== undefined) return this.#entries[column.dictionary!.codes?.[value] ?? 0]
    if (column.isRowTime && type?.family === 'date') {
      const ns = this.#block.ns[value]!
      return epochNsOf(this.#block.day, type.name === 'date' ? ns - (ns % 1e6) : ns)
    }
    return typedValue(this.typed, column.value(value))
  }
}

/** The values of the rows of a block, of all columns that a field has there. */
export class RowValues {
  readonly columns: readonly ColumnValues[]
  readonly constant: Value | undefined
  readonly #missing: Value | undefined

  constructor(columns: readonly ColumnValues[], constant: Value | undefined, missing: Value | undefined) {
    this.columns = columns
    this.constant = constant
    this.#missing = missing
  }

  /** Appends the values of a row. */
  read(row: number, into: Value[]): void {
    const before = into.length
    if (this.constant !== undefined) into.push(this.constant)
    for (const values of this.columns) {
      const { column } = values.typed
      const end = column.firstValue(row + 1)
      for (let place = column.firstValue(row); place < end; place++) {
        const value = values.at(place)
        if (value !== undefined) into.push(value)
      }
    }
    if (this.#missing !== undefined && into.length === before) into.push(this.#missing)
  }

  /** What the values of a row count as in an order, if it has any. */
  combined(row: number, mode: SortMode): Value | undefined {
    if (mode === 'min' || mode === 'max') return this.extreme(row, mode === 'max')
    const values: Value[] = []
    this.read(row, values)
    if (values.length < 2) return values[0]
    // Sums of whole numbers are whole, and so are their averages upstream.
    const areWhole = values.every((value) => typeof value === 'bigint' || Number.isInteger(value))
    const numbers = values.map(Number)
    if (mode === 'sum') return numbers.reduce((sum, number) => sum + number, 0)
    const middle = mode === 'avg' ? average(numbers) : median(numbers)
    return areWhole ? Math.round(middle) : middle
  }

  /** The smallest or largest value of a row, if it has one. */
  extreme(row: number, largest: boolean): Value | undefined {
    let best = this.constant
    for (const values of this.columns) {
      const { column } = values.typed
      const end = column.firstValue(row + 1)
      for (let place = column.firstValue(row); place < end; place++) {
        const value = values.at(place)
        if (value === undefined) continue
        const order = best === undefined ? -1 : compareValues(value, best)
        if (best === undefined || (largest ? order > 0 : order < 0)) best = value
      }
    }
    return best
  }
}

function hasBooleans({ column }: TypedColumn): boolean {
  return column.leaf.kind === 'bare' && column.count > 0 && isBoolean({ text: column.value(0) })
}

function isBoolean({ text }: { readonly text: string }): boolean {
  return text === 'true' || text === 'false'
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : average(sorted.slice(half - 1, half + 1))
}

function typedValue(typed: Pick<TypedColumn, 'typeOf'>, text: string): Value | undefined {
  const type = typed.typeOf(text)
  switch (type?.family) {
    case undefined:
      return undefined
    case 'number':
      return numberValue(type, text)
    case 'date':
      return dateValue(type, text)
    case 'boolean':
      return text === 'true' ? 1 : text === 'false' || text === '' ? 0 : undefined
    case 'keyword':
      return text.length <= type.ignoreAbove ? text : undefined
    default:
      return text
  }
}

/** Numbers before texts; each among themselves in their order. */
export function compareValues(a: Value, b: Value): number {
  const [textA, textB] = [typeof a === 'string', typeof b === 'string']
  if (textA !== textB) return textA ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}
