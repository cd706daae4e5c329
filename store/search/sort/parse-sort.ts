import { contentError, illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject } from '../../mapping/json-object.ts'
import { parseDateFormats } from '../../time/parse-date.ts'
import { unknownFormat } from '../query/parse-range.ts'

/** One key of an order. */
export interface SortSpec {
  /** A field, or `_doc`, `_shard_doc` or `_score`. */
  readonly field: string
  readonly descending: boolean
  /** Where documents without a value come, or which value they have. */
  readonly missing: string
  readonly format: string | undefined
  /** What several values of a document count as. */
  readonly mode: SortMode
  /** Dates are compared, and shown, in this unit. */
  readonly numericType: string | undefined
  /** What is shown for documents without a value, where no index has the field. */
  readonly unmappedType: string | undefined
}

export type SortMode = (typeof MODES)[number]

const MODES = ['min', 'max', 'sum', 'avg', 'median'] as const
const NUMERIC_TYPES = ['long', 'double', 'date', 'date_nanos']

const MAX_KEYS = 16
const KEYS = ['order', 'missing', 'unmapped_type', 'format', 'mode', 'numeric_type']

/** The place of a document, which no two have alike. */
export const ARRIVAL: SortSpec = {
  field: '_shard_doc',
  descending: false,
  missing: '_last',
  format: undefined,
  mode: 'min',
  numericType: undefined,
  unmappedType: undefined,
}

/** Whether a key is the order of arrival. */
export function isArrival({ field }: SortSpec): boolean {
  return field === '_doc' || field === '_shard_doc'
}

/**
 * Reads `sort`.
 *
 * @throws ElasticsearchError that names what is wrong or not done by this store
 */
export function parseSort(value: unknown): SortSpec[] {
  if (value === undefined || value === null) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const specs = list.flatMap((item) => {
    if (typeof item === 'string') return [parseKey(item, {})]
    if (!isObject(item))
      throw parsingError(
        `malformed sort format, within the sort array, an object, or an actual string are allowed, not ${describe(item)}`,
      )
    return Object.entries(item).map(([field, options]) => parseKey(field, options))
  })
  if (specs.length > MAX_KEYS) throw illegalArgument(`[sort] has more than [${MAX_KEYS}] keys`)
  return specs
}

/** Reads `field:desc,other` of a URL. */
export function parseUrlSort(text: string | undefined): unknown {
  return text?.split(',').map((part) => {
    const colon = part.lastIndexOf(':')
    const order = part.slice(colon + 1)
    return colon > 0 && (order === 'asc' || order === 'desc') ? { [part.slice(0, colon)]: order } : part
  })
}

function parseKey(field: string, said: unknown): SortSpec {
  const options = isObject(said) ? said : { order: said }
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) throw contentError(`[field_sort] unknown field [${key}]`)
  }
  if (field === '_script' || field === '_geo_distance')
    throw illegalArgument(`[sort] by [${field}] is not supported by this store`)
  const order = options.order ?? (field === '_score' ? 'desc' : 'asc')
  if (typeof order !== 'string' || !/^(?:asc|desc)$/i.test(order))
    throw illegalArgument(`Unknown SortOrder [${String(order)}]`)
  const descending = order.toLowerCase() === 'desc'
  const mode = options.mode ?? (descending ? 'max' : 'min')
  const known = MODES.find((candidate) => candidate === mode)
  if (known === undefined)
    throw contentError(`[field_sort] failed to parse field [mode]: Unknown SortMode [${String(mode)}]`)
  const { format, numeric_type: numericType, unmapped_type: unmappedType } = options
  if (numericType !== undefined && !NUMERIC_TYPES.includes(String(numericType)))
    throw illegalArgument(
      `invalid value for [numeric_type], must be [${NUMERIC_TYPES.join(', ')}], got ${String(numericType)}`,
    )
  if (format !== undefined && (typeof format !== 'string' || parseDateFormats(format) === undefined))
    throw illegalArgument(`[sort] of [${field}]: ${unknownFormat(String(format))}`)
  return {
    field,
    descending,
    missing: String(options.missing ?? '_last'),
    format,
    mode: known,
    numericType: numericType === undefined ? undefined : String(numericType),
    unmappedType: unmappedType === undefined ? undefined : String(unmappedType),
  }
}
