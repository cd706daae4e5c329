import { illegalArgument } from '../../elasticsearch-error.ts'
import { type FieldType, parseNumber } from '../../mapping/field-type.ts'
import { describe } from '../../mapping/json-object.ts'
import { floorDivide, formatEpoch, formatMillis, formatNanos } from '../../time/format-date.ts'
import { parseDate, parseDateFormats } from '../../time/parse-date.ts'
import { UTC } from '../../time/zone.ts'
import type { Value } from '../evaluate/field-values.ts'
import { isArrival, type SortSpec } from './parse-sort.ts'
import type { SeenValues } from './sort-keys.ts'

const MS = 1_000_000n
/** What Elasticsearch shows for documents without a value, the ends of a 64-bit number. */
const LARGEST = 2n ** 63n - 1n
const SMALLEST = -(2n ** 63n)

/** The same as texts: not all clients can hold such numbers. */
const ENDS = [String(LARGEST), String(SMALLEST)]

/** Prints nanoseconds since 1970 in a format; as its field does if none is said. */
export function formatDate(ns: bigint, format: string | undefined, isNanos: boolean, zone = UTC): string {
  if (format === 'epoch_millis' || format === 'epoch_second')
    return formatEpoch(isNanos ? ns : floorDivide(ns, MS) * MS, format)
  const withNanos = format === undefined ? isNanos : format.startsWith('strict_date_optional_time_nanos')
  if (zone === UTC) return withNanos ? formatNanos(ns) : formatMillis(floorDivide(ns, MS))
  const offsetMs = zone.offsetAt(Number(floorDivide(ns, MS)))
  const local = ns + BigInt(offsetMs) * MS
  const text = withNanos ? formatNanos(local) : formatMillis(floorDivide(local, MS))
  return `${text.slice(0, -1)}${printOffset(offsetMs)}`
}

/** `Z`, or as in `+05:30`. */
function printOffset(offsetMs: number): string {
  if (offsetMs === 0) return 'Z'
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** A key of a hit, as the answer shows it. */
export function printSortValue(
  value: Value | undefined,
  spec: SortSpec,
  type: FieldType | undefined,
  seen: SeenValues,
): unknown {
  if (spec.field === '_score') return 1
  if (value === undefined) return missingKey(spec, type, seen)
  if (type?.family !== 'date' || typeof value !== 'bigint') return value
  if (spec.format !== undefined) return formatDate(value, spec.format, type.name === 'date_nanos')
  return type.name === 'date_nanos' ? value : floorDivide(value, MS)
}

/** Of numbers, what is larger or smaller than all of them, and for fractions infinite; of texts, nothing. */
function missingKey(spec: SortSpec, type: FieldType | undefined, seen: SeenValues): unknown {
  const isLargest = (spec.missing === '_last') !== spec.descending
  const { unmappedType = '' } = spec
  const isFloat =
    type === undefined
      ? seen.fractions || ['double', 'float', 'half_float'].includes(unmappedType)
      : type.family === 'number' && !type.isInteger
  if (isFloat) return isLargest ? 'Infinity' : '-Infinity'
  const isNumber =
    type === undefined
      ? seen.numbers || (!seen.texts && unmappedType !== '' && unmappedType !== 'keyword')
      : type.family === 'number' || type.family === 'date' || type.family === 'boolean'
  // A format has no text for what is beyond all dates.
  if (!isNumber || (spec.format !== undefined && type?.family === 'date')) return null
  return isLargest ? LARGEST : SMALLEST
}

/**
 * Reads a value of `search_after`.
 *
 * @param type of the field, where the mapping says it
 */
export function parseSortValue(said: unknown, spec: SortSpec, type: FieldType | undefined): Value | undefined {
  if (said === null || ((said === 'Infinity' || said === '-Infinity') && type?.family !== 'keyword')) return undefined
  if (typeof said === 'boolean') return Number(said)
  if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'bigint')
    throw illegalArgument(`Can't handle [search_after] field value of type [${describe(said)}]`)
  if (isArrival(spec) || spec.field === '_score') return requireNumber(said, spec)
  const isText = type?.family === 'keyword' || type?.family === 'text'
  if (typeof said !== 'string' ? said >= LARGEST || said <= SMALLEST : !isText && ENDS.includes(said)) return undefined
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
