import { ElasticsearchError } from '../elasticsearch-error.ts'
import { describe, isObject, type JsonObject, simplePattern } from './json-object.ts'

/** JSON types as dynamic templates name them. */
export type MatchType = 'string' | 'long' | 'double' | 'boolean' | 'object'

const MATCH_TYPES = ['string', 'long', 'double', 'boolean', 'object', 'date', 'binary', '*']
const KEYS = [
  'match',
  'unmatch',
  'path_match',
  'path_unmatch',
  'match_mapping_type',
  'unmatch_mapping_type',
  'match_pattern',
  'mapping',
]

/** A rule that maps fields which no mapping names. */
export interface DynamicTemplate {
  readonly name: string
  readonly matches: (path: string, type: MatchType) => boolean
  /** The mapping of a field, with `{name}` and `{dynamic_type}` filled in. */
  readonly mappingOf: (path: string, type: MatchType) => JsonObject
}

export function parseDynamicTemplates(value: unknown): DynamicTemplate[] {
  if (!Array.isArray(value)) throw failure('Dynamic template syntax error. An array of named objects is expected.')
  return value.map((entry: unknown) => {
    const [named, ...others] = isObject(entry) ? Object.entries(entry) : []
    if (named === undefined || others.length > 0 || !isObject(named[1])) {
      throw failure('Dynamic template syntax error. An array of named objects is expected.')
    }
    return parseTemplate(named[0], named[1])
  })
}

function parseTemplate(name: string, body: JsonObject): DynamicTemplate {
  for (const key of Object.keys(body)) {
    if (!KEYS.includes(key)) throw failure(`Illegal dynamic template parameter: [${key}] in [${name}]`)
  }
  if (body.match_pattern !== undefined && body.match_pattern !== 'simple') {
    throw failure(
      `dynamic template [${name}] has match_pattern [${String(body.match_pattern)}]; this store has [simple] only`,
    )
  }
  if (!isObject(body.mapping)) throw failure(`dynamic template [${name}] must have a [mapping]`)
  const mapping = body.mapping
  const types = texts(name, body.match_mapping_type)
  const untypes = texts(name, body.unmatch_mapping_type)
  for (const type of [...(types ?? []), ...(untypes ?? [])]) {
    if (!MATCH_TYPES.includes(type)) throw failure(`No field type matched on [${type}] in dynamic template [${name}]`)
  }
  const tests: ((path: string, simpleName: string) => boolean)[] = []
  const match = patterns(name, body.match)
  if (match !== undefined) tests.push((_path, simpleName) => match(simpleName))
  const unmatch = patterns(name, body.unmatch)
  if (unmatch !== undefined) tests.push((_path, simpleName) => !unmatch(simpleName))
  const pathMatch = patterns(name, body.path_match)
  if (pathMatch !== undefined) tests.push((path) => pathMatch(path))
  const pathUnmatch = patterns(name, body.path_unmatch)
  if (pathUnmatch !== undefined) tests.push((path) => !pathUnmatch(path))
  return {
    name,
    matches: (path, type) =>
      (types === undefined || types.includes(type) || types.includes('*')) &&
      !(untypes?.includes(type) ?? false) &&
      tests.every((test) => test(path, simpleNameOf(path))),
    mappingOf: (path, type) => fill(mapping, simpleNameOf(path), type) as JsonObject,
  }
}

function simpleNameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function fill(value: unknown, name: string, type: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{name}', name).replaceAll('{dynamic_type}', type)
  if (Array.isArray(value)) return value.map((item) => fill(item, name, type))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, name, type)]))
}

function texts(template: string, value: unknown): string[] | undefined {
  if (value === undefined) return undefined
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string')
      throw failure(`dynamic template [${template}] expects a string, not ${describe(item)}`)
    return item
  })
}

function patterns(template: string, value: unknown): ((text: string) => boolean) | undefined {
  const tests = texts(template, value)?.map(simplePattern)
  return tests === undefined ? undefined : (text) => tests.some((test) => test(text))
}

function failure(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'mapper_parsing_exception', reason)
}
