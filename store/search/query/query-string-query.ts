import { ElasticsearchError, parsingError } from '../../elasticsearch-error.ts'
import { isObject } from '../../mapping/json-object.ts'
import type { QueryLimits } from './limits.ts'
import { fieldNames, parseOperator } from './parse-match.ts'
import { zoneOf } from './parse-range.ts'
import { type FieldName, MATCH_NONE, type Query } from './query.ts'
import { optionalBoolean, optionalText, requireObject, requireQueryKeys, scalarText } from './query-object.ts'
import { parseQueryString } from './query-string.ts'
import { QuerySyntaxError } from './query-string-lexer.ts'

/** Options that change the score, or ask for what this store does anyway. */
const IGNORED = [
  'analyze_wildcard',
  'allow_leading_wildcard',
  'auto_generate_synonyms_phrase_query',
  'enable_position_increments',
  'escape',
  'rewrite',
  'type',
  'tie_breaker',
  'boost',
  '_name',
]

/** Stands for the fields that the index searches by default. */
export const DEFAULT_FIELDS: FieldName = { name: '', isPattern: true }

export function parseQueryStringQuery(body: unknown, limits: QueryLimits): Query {
  const options = requireObject('query_string', body)
  requireQueryKeys('query_string', options, [
    ...['query', 'fields', 'default_field', 'default_operator', 'lenient', 'time_zone'],
    ...IGNORED,
  ])
  if (options.type !== undefined && options.type !== 'best_fields' && options.type !== 'most_fields')
    throw parsingError(`[query_string] query: [type] of [${String(options.type)}] is not supported, only [best_fields]`)
  if (isObject(options.query)) throw parsingError('[query_string] query: [query] must be a text')
  const defaultField = optionalText('query_string', 'default_field', options.default_field)
  if (defaultField !== undefined && options.fields !== undefined)
    throw parsingError('[query_string] query: cannot have both [fields] and [default_field]')
  return parseText(scalarText('query_string', options.query), limits, {
    operator: parseOperator('query_string', options.default_operator, 'default_operator'),
    fields: fieldNames('query_string', options.fields ?? defaultField) ?? [DEFAULT_FIELDS],
    lenient: optionalBoolean('query_string', 'lenient', options.lenient, false),
    zone: zoneOf('query_string', options.time_zone),
  })
}

interface TextOptions {
  readonly operator: 'and' | 'or'
  readonly fields: readonly FieldName[]
  readonly lenient: boolean
  readonly zone: ReturnType<typeof zoneOf>
}

function parseText(text: string, limits: QueryLimits, { operator, fields, lenient, zone }: TextOptions): Query {
  if (text.trim() === '') return MATCH_NONE
  const required = operator === 'and' ? (words: number) => words : () => 1
  try {
    return parseQueryString(text, { defaultOperator: operator, fields, lenient, zone, required }, limits)
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error
    throw new ElasticsearchError(400, 'query_shard_exception', `Failed to parse query [${text}]`, {
      causedBy: { type: 'parse_exception', reason: error.message },
    })
  }
}
