import { contentError, illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import { isObject, type JsonObject } from '../../mapping/json-object.ts'
import { QueryLimits } from './limits.ts'
import { parseMinimumShouldMatch } from './minimum-should-match.ts'
import { parseExists, parseIds, parsePrefix, parseRegexp, parseTerm, parseTerms, parseWildcard } from './parse-leaf.ts'
import { parseMatch, parseMatchBoolPrefix, parseMatchPhrase, parseMultiMatch } from './parse-match.ts'
import { parseRange } from './parse-range.ts'
import { allOf, anyOf, MATCH_ALL, MATCH_NONE, type Query } from './query.ts'
import { requireObject, requireQueryKeys } from './query-object.ts'
import { parseQueryStringQuery } from './query-string-query.ts'
import { parseSimpleQueryString } from './simple-query-string.ts'

const LEAVES: Readonly<Record<string, (body: unknown, limits: QueryLimits) => Query>> = {
  term: parseTerm,
  terms: parseTerms,
  range: parseRange,
  exists: parseExists,
  prefix: parsePrefix,
  wildcard: parseWildcard,
  regexp: parseRegexp,
  ids: parseIds,
  match: parseMatch,
  match_phrase: (body) => parseMatchPhrase(body, false),
  match_phrase_prefix: (body) => parseMatchPhrase(body, true),
  multi_match: parseMultiMatch,
  query_string: parseQueryStringQuery,
  simple_query_string: parseSimpleQueryString,
  match_bool_prefix: parseMatchBoolPrefix,
  dis_max: parseDisMax,
  boosting: parseBoosting,
}

/** Every query there is, by name. */
export const QUERY_TYPES: readonly string[] = [
  ...['match_all', 'match_none', 'bool', 'constant_score'],
  ...Object.keys(LEAVES),
].sort()

/**
 * Reads a query of Elasticsearch's query DSL.
 *
 * @throws ElasticsearchError 400 that names what is wrong or not done by this store
 */
export function parseQuery(value: unknown, limits = new QueryLimits()): Query {
  if (!isObject(value)) throw parsingError('query malformed, must start with start_object')
  const [entry, ...others] = Object.entries(value)
  if (entry === undefined) throw illegalArgument('query malformed, empty clause found')
  if (others.length > 0) {
    throw parsingError(`[${entry[0]}] malformed query, expected [END_OBJECT] but found [${others[0]![0]}]`)
  }
  const [name, body] = entry
  limits.addClause()
  return limits.nested(() => parseNamed(name, body, limits))
}

function parseNamed(name: string, body: unknown, limits: QueryLimits): Query {
  switch (name) {
    case 'match_all':
    case 'match_none':
      requireQueryKeys(name, requireObject(name, body), ['boost', '_name'])
      return name === 'match_all' ? MATCH_ALL : MATCH_NONE
    case 'bool':
      return parseBool(requireObject(name, body), limits)
    case 'constant_score': {
      const constant = requireObject(name, body)
      requireQueryKeys(name, constant, ['filter', 'boost', '_name'])
      if (constant.filter === undefined) throw parsingError('[constant_score] requires a [filter] element')
      return parseQuery(constant.filter, limits)
    }
    default: {
      const parse = Object.hasOwn(LEAVES, name) ? LEAVES[name] : undefined
      if (parse === undefined) throw parsingError(`unknown query [${name}]`)
      return parse(body, limits)
    }
  }
}

/** The best of several; without scores, any of them. */
function parseDisMax(body: unknown, limits: QueryLimits): Query {
  const options = requireObject('dis_max', body)
  requireQueryKeys('dis_max', options, ['queries', 'tie_breaker', 'boost', '_name'])
  const { queries } = options
  if (!Array.isArray(queries) || queries.length === 0)
    throw parsingError('[dis_max] requires [queries] field with at least one clause')
  return anyOf(queries.map((query: unknown) => parseQuery(query, limits)))
}

/** The negative part would only lower scores; it is read, so that what is wrong with it is said. */
function parseBoosting(body: unknown, limits: QueryLimits): Query {
  const options = requireObject('boosting', body)
  requireQueryKeys('boosting', options, ['positive', 'negative', 'negative_boost', 'boost', '_name'])
  for (const key of ['positive', 'negative', 'negative_boost'])
    if (options[key] === undefined) throw parsingError(`[boosting] query requires [${key}] to be set`)
  parseQuery(options.negative, limits)
  return parseQuery(options.positive, limits)
}

function parseBool(body: JsonObject, limits: QueryLimits): Query {
  const known = [
    'must',
    'filter',
    'should',
    'must_not',
    'minimum_should_match',
    'boost',
    'adjust_pure_negative',
    '_name',
  ]
  for (const key of Object.keys(body)) if (!known.includes(key)) throw contentError(`[bool] unknown field [${key}]`)
  const clauses = (key: string): Query[] => {
    const value = body[key]
    if (value === undefined || value === null) return []
    return (Array.isArray(value) ? value : [value]).map((clause: unknown) => parseQuery(clause, limits))
  }
  const must = [...clauses('must'), ...clauses('filter')]
  const should = clauses('should')
  const mustNot = clauses('must_not')
  if (must.length + should.length + mustNot.length === 0) return MATCH_ALL
  const { minimum_should_match: minimum } = body
  const minimumShould =
    should.length === 0
      ? 0
      : minimum === undefined
        ? Number(must.length === 0)
        : parseMinimumShouldMatch('bool', minimum)(should.length)
  if (minimumShould > should.length) return MATCH_NONE
  if (mustNot.length === 0 && should.length === 0) return allOf(must)
  return { kind: 'bool', must, should, mustNot, minimumShould }
}
