import { parsingError } from '../../elasticsearch-error.ts'
import { wordsOf } from '../../json/words.ts'
import { isObject, type JsonObject } from '../../mapping/json-object.ts'
import type { QueryLimits } from './limits.ts'
import { parseMinimumShouldMatch } from './minimum-should-match.ts'
import { allOf, anyOf, type Condition, fieldName, MATCH_ALL, MATCH_NONE, type Query } from './query.ts'
import { optionalBoolean, requireObject, requireQueryKeys, scalarText, singleField } from './query-object.ts'

const MATCH_KEYS = [
  'query',
  'operator',
  'minimum_should_match',
  'lenient',
  'zero_terms_query',
  'auto_generate_synonyms_phrase_query',
  'boost',
  '_name',
]
const MULTI_MATCH_TYPES = ['best_fields', 'most_fields', 'phrase', 'phrase_prefix']

/** How many words of a text must be in a field. */
function requiredWords(name: string, options: JsonObject): (words: number) => number {
  if (options.minimum_should_match !== undefined) {
    const minimum = parseMinimumShouldMatch(name, options.minimum_should_match)
    return (words) => Math.max(1, minimum(words))
  }
  return parseOperator(name, options.operator) === 'and' ? (words) => words : () => 1
}

export function parseOperator(name: string, value: unknown, key = 'operator'): 'and' | 'or' {
  const operator = String(value ?? 'or').toLowerCase()
  if (operator === 'and' || operator === 'or') return operator
  throw parsingError(`[${name}] query: [${key}] must be and or or, not [${String(value)}]`)
}

export function parseMatch(body: unknown): Query {
  const [name, said] = singleField('match', body)
  const options: JsonObject = isObject(said) ? said : { query: said }
  requireQueryKeys('match', options, MATCH_KEYS)
  const text = scalarText('match', options.query)
  const lenient = optionalBoolean('match', 'lenient', options.lenient, false)
  const condition: Condition = { kind: 'match', text, required: requiredWords('match', options) }
  return whenWords(text, options, { kind: 'field', field: { name, isPattern: false }, condition, lenient })
}

/** The last word may be the beginning of one; of the others one is enough, or all are needed. */
export function parseMatchBoolPrefix(body: unknown): Query {
  const [name, said] = singleField('match_bool_prefix', body)
  const options: JsonObject = isObject(said) ? said : { query: said }
  requireQueryKeys('match_bool_prefix', options, ['query', 'operator', 'boost', '_name'])
  const words = wordsOf(scalarText('match_bool_prefix', options.query))
  const last = words.pop()
  if (last === undefined) return MATCH_NONE
  const part = (condition: Condition): Query => ({
    kind: 'field',
    field: { name, isPattern: false },
    condition,
    lenient: false,
  })
  const parts = [
    ...words.map((text) => part({ kind: 'match', text, required: () => 1 })),
    part({ kind: 'prefix', value: last, caseInsensitive: false }),
  ]
  return parseOperator('match_bool_prefix', options.operator) === 'and' ? allOf(parts) : anyOf(parts)
}

/** `zero_terms_query` of all means that a text without words asks for nothing. */
function whenWords(text: string, { zero_terms_query: zeroTerms }: JsonObject, query: Query): Query {
  if (zeroTerms !== undefined && zeroTerms !== 'none' && zeroTerms !== 'all')
    throw parsingError(`Unsupported zero_terms_query value [${String(zeroTerms)}]`)
  return zeroTerms === 'all' && !/[\p{L}\p{M}\p{N}_]/u.test(text) ? MATCH_ALL : query
}

export function parseMatchPhrase(body: unknown, isPrefix: boolean): Query {
  const queryName = isPrefix ? 'match_phrase_prefix' : 'match_phrase'
  const [name, said] = singleField(queryName, body)
  const options: JsonObject = isObject(said) ? said : { query: said }
  const keys = ['query', 'slop', 'zero_terms_query', 'boost', '_name', ...(isPrefix ? ['max_expansions'] : [])]
  requireQueryKeys(queryName, options, keys)
  requireNoSlop(queryName, options.slop)
  const text = scalarText(queryName, options.query)
  const condition: Condition = { kind: 'phrase', text, isPrefix }
  return whenWords(text, options, { kind: 'field', field: { name, isPattern: false }, condition, lenient: false })
}

function requireNoSlop(name: string, slop: unknown): void {
  if (slop !== undefined && Number(slop) !== 0)
    throw parsingError(`[${name}] query: [slop] of [${String(slop)}] is not supported by this store, only [0]`)
}

export function parseMultiMatch(body: unknown, limits: QueryLimits): Query {
  const options = requireObject('multi_match', body)
  requireQueryKeys('multi_match', options, [...MATCH_KEYS, 'fields', 'type', 'slop', 'tie_breaker'])
  requireNoSlop('multi_match', options.slop)
  const type = options.type ?? 'best_fields'
  if (typeof type !== 'string' || !MULTI_MATCH_TYPES.includes(type)) {
    throw parsingError(
      `[multi_match] query: [type] of [${String(type)}] is not supported; this store has [${MULTI_MATCH_TYPES.join('], [')}]`,
    )
  }
  const text = scalarText('multi_match', options.query)
  const lenient = optionalBoolean('multi_match', 'lenient', options.lenient, false)
  const condition: Condition = type.startsWith('phrase')
    ? { kind: 'phrase', text, isPrefix: type === 'phrase_prefix' }
    : { kind: 'match', text, required: requiredWords('multi_match', options) }
  const fields = fieldNames('multi_match', options.fields) ?? [fieldName('*')]
  limits.addClause(fields.length)
  const queries = fields.map(
    (field): Query => ({
      kind: 'field',
      field,
      condition,
      lenient: lenient || field.isPattern,
    }),
  )
  return queries.length === 0 ? MATCH_NONE : whenWords(text, options, anyOf(queries))
}

/** Reads `fields`; what stands after `^` would change the score only. */
export function fieldNames(name: string, value: unknown): ReturnType<typeof fieldName>[] | undefined {
  if (value === undefined) return undefined
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw parsingError(`[${name}] query: [fields] must be field names`)
    return fieldName(item.replace(/\^[\d.]+$/, ''))
  })
}
