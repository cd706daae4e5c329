import { parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject, type JsonObject } from '../../mapping/json-object.ts'
import { checkPattern, checkTermCount } from './limits.ts'
import { type Condition, fieldName, type Query } from './query.ts'
import {
  optionalBoolean,
  optionalText,
  requireObject,
  requireQueryKeys,
  scalarText,
  singleField,
} from './query-object.ts'

function field(name: string, condition: Condition): Query {
  return { kind: 'field', field: { name, isPattern: false }, condition, lenient: false }
}

/** The value of `{"term": {"f": "v"}}` and `{"term": {"f": {"value": "v", …}}}`, and the options beside it. */
function saidValue(name: string, said: unknown, keys: readonly string[], valueKeys = ['value']): [string, JsonObject] {
  if (!isObject(said)) return [scalarText(name, said), {}]
  requireQueryKeys(name, said, [...valueKeys, ...keys, 'boost', '_name'])
  const key = valueKeys.find((candidate) => said[candidate] !== undefined)
  if (key === undefined) throw parsingError(`[${name}] query: [${valueKeys[0]}] is missing`)
  return [scalarText(name, said[key]), said]
}

export function parseTerm(body: unknown): Query {
  const [name, said] = singleField('term', body, ['boost', '_name'])
  const [value, options] = saidValue('term', said, ['case_insensitive'])
  const caseInsensitive = optionalBoolean('term', 'case_insensitive', options.case_insensitive, false)
  return field(name, { kind: 'term', value, caseInsensitive })
}

export function parseTerms(body: unknown): Query {
  const [name, said] = singleField('terms', body, ['boost', '_name'])
  if (!Array.isArray(said))
    throw parsingError(`[terms] query expects an array of terms for [${name}], not ${describe(said)}`)
  checkTermCount(said.length)
  return field(name, { kind: 'terms', values: new Set(said.map((value: unknown) => scalarText('terms', value))) })
}

export function parseExists(body: unknown): Query {
  const exists = requireObject('exists', body)
  requireQueryKeys('exists', exists, ['field', 'boost', '_name'])
  const name = optionalText('exists', 'field', exists.field)
  if (name === undefined || name === '') throw parsingError('[exists] must be provided with a [field]')
  return { kind: 'field', field: fieldName(name), condition: { kind: 'exists' }, lenient: true }
}

export function parsePrefix(body: unknown): Query {
  const [name, said] = singleField('prefix', body)
  const [value, options] = saidValue('prefix', said, ['case_insensitive', 'rewrite'])
  const caseInsensitive = optionalBoolean('prefix', 'case_insensitive', options.case_insensitive, false)
  return field(name, { kind: 'prefix', value, caseInsensitive })
}

export function parseWildcard(body: unknown): Query {
  const [name, said] = singleField('wildcard', body)
  const [pattern, options] = saidValue('wildcard', said, ['case_insensitive', 'rewrite'], ['value', 'wildcard'])
  checkPattern('wildcard', pattern)
  const caseInsensitive = optionalBoolean('wildcard', 'case_insensitive', options.case_insensitive, false)
  return field(name, { kind: 'wildcard', pattern, caseInsensitive, normalized: false })
}

export function parseRegexp(body: unknown): Query {
  const [name, said] = singleField('regexp', body)
  const keys = ['case_insensitive', 'rewrite', 'flags', 'flags_value', 'max_determinized_states']
  const [pattern, options] = saidValue('regexp', said, keys)
  if (options.flags !== undefined && options.flags !== 'NONE' && options.flags !== '') {
    throw parsingError(`[regexp] query: [flags] of [${String(options.flags)}] are not supported; patterns are RE2's`)
  }
  checkPattern('regex', pattern)
  const caseInsensitive = optionalBoolean('regexp', 'case_insensitive', options.case_insensitive, false)
  return field(name, { kind: 'regexp', pattern, caseInsensitive, normalized: false })
}

export function parseIds(body: unknown): Query {
  const ids = requireObject('ids', body)
  requireQueryKeys('ids', ids, ['values', 'boost', '_name'])
  const values: unknown[] = Array.isArray(ids.values) ? ids.values : [ids.values]
  checkTermCount(values.length)
  return { kind: 'ids', ids: new Set(values.map((value) => scalarText('ids', value))) }
}
