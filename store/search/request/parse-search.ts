import { parseFlag, parseTimeValue } from '../../api/time-value.ts'
import { ElasticsearchError, illegalArgument, parsingError, validationError } from '../../elasticsearch-error.ts'
import { describe, isObject, type JsonObject, readBoolean } from '../../mapping/json-object.ts'
import { parseAggregations } from '../aggs/parse-aggs.ts'
import { parseHighlight } from '../fetch/parse-highlight.ts'
import { QueryLimits } from '../query/limits.ts'
import { parseQuery } from '../query/parse-query.ts'
import { MATCH_ALL, type Query } from '../query/query.ts'
import { parseQueryStringQuery } from '../query/query-string-query.ts'
import { ARRIVAL, isArrival, parseSort, parseUrlSort } from '../sort/parse-sort.ts'
import { parseFieldFormats } from './field-format.ts'
import { MAX_RESULT_WINDOW, type SearchRequest } from './search-request.ts'
import { parseSource, parseUrlSource } from './source-filter.ts'

const KEYS = [
  ...['query', 'from', 'size', 'sort', 'search_after', '_source', 'fields', 'docvalue_fields', 'highlight', 'version'],
  ...['track_total_hits', 'timeout', 'terminate_after', 'aggs', 'aggregations', 'track_scores', 'explain', 'profile'],
  ...['script_fields', 'stored_fields', 'seq_no_primary_term', 'stats', 'ext', 'runtime_mappings', 'pit'],
]
/** Keys that are taken as long as they ask for nothing. */
const EMPTY_ONLY = [
  'script_fields',
  'runtime_mappings',
  'ext',
  'explain',
  'profile',
  'seq_no_primary_term',
  'stored_fields',
]

/** Parameters of the URL that mean the same as keys of the body. */
export const SEARCH_PARAMETERS = [
  ...[
    'q',
    'df',
    'default_operator',
    'analyze_wildcard',
    'lenient',
    'from',
    'size',
    'sort',
    'timeout',
    'terminate_after',
  ],
  ...[
    '_source',
    '_source_includes',
    '_source_excludes',
    'track_total_hits',
    'track_scores',
    'version',
    'docvalue_fields',
  ],
]

/**
 * Reads a search from its body and its URL; the URL counts where both say something.
 *
 * @throws ElasticsearchError 400 that names what is wrong or not done by this store
 */
export function parseSearch(body: JsonObject, parameters: ReadonlyMap<string, string>): SearchRequest {
  for (const [key, value] of Object.entries(body)) {
    if (!KEYS.includes(key)) throw parsingError(`Unknown key for a ${tokenName(value)} in [${key}].`)
    if (EMPTY_ONLY.includes(key) && !asksForNothing(value))
      throw illegalArgument(`[${key}] is not supported by this store`)
  }
  const limits = new QueryLimits()
  const from = parseCount('from', parameters.get('from') ?? body.from, 0)
  const size = parseCount('size', parameters.get('size') ?? body.size, 10)
  const searchAfter = parseSearchAfter(body.search_after, from)
  checkWindow(from, size)
  const pit = parsePit(body.pit)
  const sort = parseSort(parseUrlSort(parameters.get('sort')) ?? body.sort)
  const urlFields = parameters.get('docvalue_fields')?.split(',')
  return {
    query: parseUrlQuery(parameters, limits) ?? (body.query === undefined ? MATCH_ALL : parseQuery(body.query, limits)),
    from,
    size,
    // Hits of a point in time have a place of their own, so that pages never overlap.
    sort: pit === undefined || sort.length === 0 || sort.some(isArrival) ? sort : [...sort, ARRIVAL],
    pit,
    hiddenKeys: 0,
    searchAfter,
    source: parseUrlSource(parameters) ?? parseSource(body._source),
    fields: [
      ...parseFieldFormats('fields', body.fields),
      ...parseFieldFormats('docvalue_fields', urlFields ?? body.docvalue_fields),
    ],
    highlight: parseHighlight(body.highlight),
    trackTotalHits: parseTrackTotalHits(parameters.get('track_total_hits') ?? body.track_total_hits),
    withVersion: parseFlag(parameters.get('version') ?? asText(body.version), 'version', false),
    aggregations: parseBodyAggregations(body, limits),
    timeoutMs: parseTimeValue(parameters.get('timeout') ?? asText(body.timeout), 'timeout'),
    terminateAfter: parseCount('terminate_after', parameters.get('terminate_after') ?? body.terminate_after, 0),
  }
}

function parsePit(value: unknown): SearchRequest['pit'] {
  if (value === undefined) return undefined
  if (!isObject(value) || typeof value.id !== 'string') throw parsingError('[pit] must be an object with an [id]')
  for (const key of Object.keys(value))
    if (key !== 'id' && key !== 'keep_alive') throw parsingError(`[pit] unknown field [${key}]`)
  return { id: value.id, keepMs: parseTimeValue(asText(value.keep_alive), 'keep_alive') }
}

function parseBodyAggregations(body: JsonObject, limits: QueryLimits): SearchRequest['aggregations'] {
  if (body.aggs !== undefined && body.aggregations !== undefined)
    throw parsingError('a search has [aggs] or [aggregations], not both')
  return parseAggregations(body.aggs ?? body.aggregations, limits)
}

/** The query of a URL's `q`, if there is one. */
export function parseUrlQuery(parameters: ReadonlyMap<string, string>, limits: QueryLimits): Query | undefined {
  const text = parameters.get('q')
  if (text === undefined) return undefined
  const options: Record<string, unknown> = { query: text }
  for (const [parameter, key] of [
    ['df', 'default_field'],
    ['default_operator', 'default_operator'],
    ['lenient', 'lenient'],
    ['analyze_wildcard', 'analyze_wildcard'],
  ] as const) {
    const value = parameters.get(parameter)
    if (value !== undefined) options[key] = value
  }
  return parseQueryStringQuery(options, limits)
}

function parseSearchAfter(value: unknown, from: number): readonly unknown[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value))
    throw parsingError(`Expected [VALUE_STRING] or [START_ARRAY] in [search_after], not ${describe(value)}`)
  if (value.length === 0) throw illegalArgument('Values must contains at least one value.')
  if (from > 0) throw validationError('[from] parameter must be set to 0 when [search_after] is used')
  return value
}

function checkWindow(from: number, size: number): void {
  if (from + size <= MAX_RESULT_WINDOW) return
  throw illegalArgument(
    `Result window is too large, from + size must be less than or equal to: [${MAX_RESULT_WINDOW}] but was [${from + size}]. ` +
      'See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.',
  )
}

function parseTrackTotalHits(value: unknown): number | undefined {
  if (value === undefined) return MAX_RESULT_WINDOW
  const flag = readBoolean(value)
  if (flag !== undefined) return flag ? Number.POSITIVE_INFINITY : undefined
  const count = Number(value)
  if (!Number.isInteger(count) || count < -1)
    throw illegalArgument(`[track_total_hits] parameter must be positive or equals to -1, got ${String(value)}`)
  return count === -1 ? Number.POSITIVE_INFINITY : count
}

/** A whole number, which may be text. */
function parseCount(name: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise
  const text = String(value)
  if (!/^-?\d{1,15}$/.test(text))
    throw new ElasticsearchError(400, 'number_format_exception', `For input string: "${text}", a value of [${name}]`)
  if (text.startsWith('-')) throw illegalArgument(`[${name}] parameter cannot be negative, found [${text}]`)
  return Number(text)
}

function asText(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function asksForNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** What Elasticsearch's parser calls a value. */
function tokenName(value: unknown): string {
  if (Array.isArray(value)) return 'START_ARRAY'
  if (typeof value === 'object' && value !== null) return 'START_OBJECT'
  return typeof value === 'string'
    ? 'VALUE_STRING'
    : typeof value === 'boolean'
      ? 'VALUE_BOOLEAN'
      : value === null
        ? 'VALUE_NULL'
        : 'VALUE_NUMBER'
}
