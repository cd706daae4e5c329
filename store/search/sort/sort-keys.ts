import type { Block } from '../../block/block.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import { type DateType, type FieldType, parseNumber } from '../../mapping/field-type.ts'
import { epochNsOf } from '../../time/day.ts'
import { floorDivide } from '../../time/format-date.ts'
import { parseDate } from '../../time/parse-date.ts'
import type { Target } from '../evaluate/compile.ts'
import { FieldValues, type Value } from '../evaluate/field-values.ts'
import { isArrival, type SortSpec } from './parse-sort.ts'

/** Reads one key of the rows of a block. */
type KeyReader = (row: number) => Value | undefined

/** What values of a field that no mapping names turned out to be. */
export interface SeenValues {
  texts: boolean
  fractions: boolean
  numbers: boolean
}

interface SortKey {
  readonly type: FieldType | undefined
  readonly in: (block: Block) => KeyReader
  readonly seen: SeenValues
}

const MS = 1_000_000n

/** The keys of an order, for the blocks of one index. */
export class SortKeys {
  /** By key: the type of its field. */
  readonly types: readonly (FieldType | undefined)[]
  /** The first key is the time of the row. */
  readonly timeFirst: boolean
  /** Of the time: what is not counted, in nanoseconds. */
  readonly timeUnitNs: number
  readonly #keys: readonly SortKey[]

  /** @throws ElasticsearchError for a field that cannot be sorted by */
  constructor(specs: readonly SortSpec[], target: Target) {
    this.#keys = specs.map((spec) => sortKey(spec, target))
    this.types = this.#keys.map(({ type }) => type)
    this.timeFirst = specs.length > 0 && isRowTime(specs[0]!, target)
    this.timeUnitNs = this.timeFirst && this.types[0]?.name === 'date' ? 1e6 : 1
  }

  /** By key: what its values were so far. */
  get seen(): readonly SeenValues[] {
    return this.#keys.map(({ seen }) => seen)
  }

  /** Reads all keys of rows of a block. */
  in(block: Block): (row: number) => (Value | undefined)[] {
    const readers = this.#keys.map((key) => key.in(block))
    return (row) => readers.map((read) => read(row))
  }
}

function isRowTime({ field }: SortSpec, { index }: Target): boolean {
  return field === '@timestamp' && index.kind === 'data_stream'
}

function sortKey(spec: SortSpec, target: Target): SortKey {
  const { field, mode } = spec
  const seen = { texts: false, fractions: false, numbers: false }
  const plain = (read: (block: Block) => KeyReader): SortKey => ({ type: undefined, in: read, seen })
  if (isArrival(spec)) return plain((block) => (row) => block.sequences[row]!)
  if (field === '_score') return plain(() => () => 1)
  if (field === '_index') return plain(() => () => target.index.shownName)
  if (field === '_id') return plain((block) => (row) => block.idOf(row))
  if (isRowTime(spec, target)) {
    const type = inUnit(target.plan.mapping.timestamp, spec)
    const unitNs = type.name === 'date' ? 1e6 : 1
    const read = (block: Block) => (row: number) => epochNsOf(block.day, block.ns[row]! - (block.ns[row]! % unitNs))
    return { type, in: read, seen }
  }
  const values = new FieldValues(target.plan.mapping, field)
  const type = values.type === undefined ? undefined : inUnit(values.type, spec)
  if (mode !== 'min' && mode !== 'max' && (type?.family === 'keyword' || type?.family === 'constant'))
    throw illegalArgument(`[sort] of [${field}]: [mode] of [${mode}] is for numbers only`)
  const missing = missingValue(spec, type)
  const isDate = type?.family === 'date'
  const floorsNanos = isDate && type.name === 'date' && values.type?.name === 'date_nanos'
  return {
    type,
    seen,
    in(block) {
      const rows = values.in(block)
      return (row) => {
        const value = rows.combined(row, mode)
        if (value === undefined) return missing
        if (type === undefined) note(seen, value)
        return floorsNanos ? floorDivide(value as bigint, MS) * MS : value
      }
    },
  }
}

/** Dates count in the unit that `numeric_type` says. */
function inUnit(type: FieldType, { numericType }: SortSpec): FieldType {
  if (type.family !== 'date' || (numericType !== 'date' && numericType !== 'date_nanos')) return type
  return { ...type, name: numericType } satisfies DateType
}

function note(seen: SeenValues, value: Value): void {
  if (typeof value === 'string') seen.texts = true
  else if (typeof value === 'number' && !Number.isInteger(value)) seen.fractions = true
  else seen.numbers = true
}

function missingValue({ missing }: SortSpec, type: FieldType | undefined): Value | undefined {
  if (missing === '_last' || missing === '_first') return undefined
  if (type?.family === 'date') return parseDate(missing, { formats: type.formats })
  return type?.family === 'keyword' ? missing : (parseNumber(missing) ?? missing)
}
