import type { Block } from '../../block/block.ts'
import { type FieldType, parseNumber } from '../../mapping/field-type.ts'
import { epochNsOf } from '../../time/day.ts'
import { parseDate } from '../../time/parse-date.ts'
import type { Target } from '../evaluate/compile.ts'
import { FieldValues, type Value } from '../evaluate/field-values.ts'
import { isArrival, type SortSpec } from './parse-sort.ts'

/** Reads one key of the rows of a block. */
type KeyReader = (row: number) => Value | undefined

interface SortKey {
  readonly type: FieldType | undefined
  readonly in: (block: Block) => KeyReader
}

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
    this.timeUnitNs = target.plan.mapping.timestamp.name === 'date' ? 1e6 : 1
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
  const { field, byLargest } = spec
  if (isArrival(spec)) return { type: undefined, in: (block) => (row) => block.sequences[row]! }
  if (field === '_score') return { type: undefined, in: () => () => 1 }
  if (field === '_index') return { type: undefined, in: () => () => target.index.shownName }
  if (field === '_id') return { type: undefined, in: (block) => (row) => block.idOf(row) }
  if (isRowTime(spec, target)) {
    const type = target.plan.mapping.timestamp
    const unitNs = type.name === 'date' ? 1e6 : 1
    return { type, in: (block) => (row) => epochNsOf(block.day, block.ns[row]! - (block.ns[row]! % unitNs)) }
  }
  const values = new FieldValues(target.plan.mapping, field)
  const missing = missingValue(spec, values.type)
  return {
    type: values.type,
    in(block) {
      const rows = values.in(block)
      return (row) => rows.extreme(row, byLargest) ?? missing
    },
  }
}

function missingValue({ missing }: SortSpec, type: FieldType | undefined): Value | undefined {
  if (missing === '_last' || missing === '_first') return undefined
  if (type?.family === 'date') return parseDate(missing, { formats: type.formats })
  return type?.family === 'keyword' ? missing : (parseNumber(missing) ?? missing)
}
