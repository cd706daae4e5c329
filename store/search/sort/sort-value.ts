import { illegalArgument } from '../../elasticsearch-error.ts'
import { type FieldType, parseNumber } from '../../mapping/field-type.ts'
import { describe } from '../../mapping/json-object.ts'
import { floorDivide, formatMillis, formatNanos } from '../../time/format-date.ts'
import { parseDate, parseDateFormats } from '../../time/parse-date.ts'
import type { Value } from '../evaluate/field-values.ts'
import { isArrival, type SortSpec } from './parse-sort.ts'

const MS = 1_000_000n
/** What Elasticsearch shows for documents without a value, the ends of a 64-bit number. */
const LARGEST = 2n ** 63n - 1n
const SMALLEST = -(2n ** 63n)

/** Prints nanoseconds since 1970 in a format; as its field does if none is said. */
export function formatDate(ns: bigint, format: string | undefined, isNanos: boolean): string {
  if (format === 'epoch_millis') return String(floorDivide(ns, MS))
  if (format === 'epoch_second') return String(floorDivide(ns, 1000n * MS))
  const withNanos = format === undefined ? isNanos : format.startsWith('strict_date_optional_time_nanos')
  return withNanos ? formatNanos(ns) : formatMillis(floorDivide(ns, MS))
}

/** A key of a hit, as the answer shows it. */
export function printSortValue(value: Value | undefined, spec: SortSpec, type: FieldType | undefined): unknown {
  if (spec.field === '_score') return 1
  const isNumber = type?.family === 'number' || type?.family === 'date' || type?.family === 'boolean'
  if (value === undefined) {
    if (!isNumber) return null
    return (spec.missing === '_last') !== spec.descending ? LARGEST : SMALLEST
  }
  if (type?.family !== 'date' || typeof value !== 'bigint') return value
  if (spec.format !== undefined) return formatDate(value, spec.format, type.name === 'date_nanos')
  return type.name === 'date_nanos' ? value : floorDivide(value, MS)
}

/**
 * Reads a value of `search_after`.
 *
 * @param type of the field, where the mapping says it
 */
export function parseSortValue(said: unknown, spec: SortSpec, type: FieldType | undefined): Value | undefined {
  if (said === null) return undefined
  if (typeof said === 'boolean') return Number(said)
  if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'bigint')
    throw illegalArgument(`Can't handle [search_after] field value of type [${describe(said)}]`)
  if (isArrival(spec) || spec.field === '_score') return requireNumber(said, spec)
  if (typeof said !== 'string' && (said >= LARGEST || said <= SMALLEST)) return undefined
  if (type?.family === 'date') return parseDateKey(said, spec, type.name === 'date_nanos')
  if (type?.family === 'number' || type?.family === 'boolean') return requireNumber(said, spec)
  return type === undefined ? said : String(said)
}

function parseDateKey(said: string | number | bigint, spec: SortSpec, isNanos: boolean): bigint {
  if (typeof said !== 'string' && spec.format === undefined) {
    return (typeof said === 'bigint' ? said : BigInt(Math.trunc(said))) * (isNanos ? 1n : MS)
  }
  const formats = (spec.format === undefined ? undefined : parseDateFormats(spec.format)) ?? ['iso', 'epoch_millis']
  const ns = parseDate(String(said), { formats })
  if (ns === undefined)
    throw illegalArgument(`Failed to parse [search_after] value [${String(said)}] for [${spec.field}]`)
  return ns
}

function requireNumber(said: string | number | bigint, { field }: SortSpec): number | bigint {
  const value = typeof said === 'string' ? parseNumber(said) : said
  if (value === undefined) throw illegalArgument(`Failed to parse [search_after] value [${said}] for [${field}]`)
  return value
}
