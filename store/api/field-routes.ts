import { parsingError, validationError } from '../elasticsearch-error.ts'
import type { Index } from '../index/indices.ts'
import { simplePattern } from '../mapping/json-object.ts'
import { parentsOf } from '../mapping/parse-mapping.ts'
import { type KnownField, type KnownFieldsOptions, knownFields } from '../search/known-fields.ts'
import { readSearchBody } from '../search/request/read-body.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiAnswer, answer, type Route } from './route.ts'

/** `_mapping` and `_field_caps`: which fields there are, as clients ask before they offer them to people. */
export function fieldRoutes(options: KnownFieldsOptions): Route[] {
  return ['', '/{index}'].flatMap((prefix): Route[] => [
    {
      methods: ['GET'],
      path: `${prefix}/_mapping`,
      parameters: [...EXPRESSION_PARAMETERS, 'local', 'master_timeout'],
      handle: (request) => answer(showMappings(options, resolveIndices(options.indices, request))),
    },
    {
      methods: ['GET', 'POST'],
      path: `${prefix}/_field_caps`,
      parameters: [...EXPRESSION_PARAMETERS, 'fields', 'include_unmapped', 'include_empty_fields', 'filters', 'types'],
      handle: (request, body) => {
        const { fields: said, ...others } = readSearchBody(body)
        for (const key of Object.keys(others)) throw parsingError(`[field_caps_request] unknown field [${key}]`)
        if (!request.parameters.has('fields') && said === undefined) throw validationError('no fields specified')
        const patterns = namesOf(request.parameters.get('fields')?.split(',') ?? said)
        return fieldCaps(options, resolveIndices(options.indices, request), patterns)
      },
    },
  ])
}

function namesOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((name) => {
    if (typeof name !== 'string')
      throw parsingError("specified fields can't be null or empty: [fields] must be names or patterns")
    return name
  })
}

function fieldCaps(options: KnownFieldsOptions, indices: readonly Index[], patterns: readonly string[]): ApiAnswer {
  const tests = patterns.map(simplePattern)
  const fields: Record<string, Record<string, unknown>> = {}
  for (const index of indices) {
    for (const [path, { type, isAggregatable }] of knownFields(options, index)) {
      if (!tests.some((test) => test(path))) continue
      const caps = fields[path] ?? {}
      fields[path] = caps
      caps[type] ??= { type, metadata_field: false, searchable: true, aggregatable: isAggregatable }
    }
  }
  addObjects(fields)
  return answer({ indices: indices.map(({ shownName }) => shownName), fields })
}

/** The objects that fields are in are listed, too. */
function addObjects(fields: Record<string, Record<string, unknown>>): void {
  const object = { type: 'object', metadata_field: false, searchable: false, aggregatable: false }
  for (const path of Object.keys(fields)) for (const parent of parentsOf(path)) fields[parent] ??= { object }
}

function showMappings(options: KnownFieldsOptions, indices: readonly Index[]): Record<string, unknown> {
  return Object.fromEntries(
    indices.map((index) => [index.shownName, { mappings: { properties: propertiesOf(knownFields(options, index)) } }]),
  )
}

interface Property {
  type?: string
  path?: string
  properties?: Record<string, Property>
  fields?: Record<string, Property>
}

/** Nests fields by the dots in their paths. */
function propertiesOf(known: ReadonlyMap<string, KnownField>): Record<string, Property> {
  const root: Property = { properties: {} }
  for (const [path, { type, aliasOf }] of [...known].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const keys = path.split('.')
    let parent = root
    for (const key of keys.slice(0, -1)) {
      const properties: Record<string, Property> = parent.properties ?? {}
      if (parent.type === undefined) parent.properties = properties
      parent = properties[key] ?? {}
      properties[key] = parent
    }
    const property: Property = aliasOf === undefined ? { type } : { type: 'alias', path: aliasOf }
    const into = parent.type === undefined ? 'properties' : 'fields'
    parent[into] = { ...parent[into], [keys.at(-1)!]: { ...parent[into]?.[keys.at(-1)!], ...property } }
  }
  return root.properties ?? {}
}
