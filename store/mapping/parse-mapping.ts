import { ElasticsearchError } from '../elasticsearch-error.ts'
import { DEFAULT_DATE_FORMATS, parseDateFormats } from '../time/parse-date.ts'
import { type DynamicTemplate, parseDynamicTemplates } from './dynamic-templates.ts'
import { dateType, type FieldType, keyword, NO_IGNORE_ABOVE, numberType } from './field-type.ts'
import { describe, isObject, type JsonObject, readBoolean } from './json-object.ts'

/** What becomes of fields that no mapping names: found, kept only, or refused. */
type Dynamic = 'true' | 'false' | 'strict'

interface ObjectRule {
  /** None: as the object around it has it. */
  readonly dynamic: Dynamic | undefined
  /** Fields in it are kept and not found, whatever they are. */
  readonly enabled: boolean
}

/** The mappings of an index, flat: every field and object by its whole path. */
export interface MappingDefinition {
  readonly fields: Map<string, FieldType>
  /** `message.raw` and the like: another type for the values of another field. */
  readonly multiFields: Map<string, { readonly path: string; readonly type: FieldType }>
  readonly objects: Map<string, ObjectRule>
  readonly flattened: Map<string, FieldType>
  readonly aliases: Map<string, string>
  /** Objects whose fields are also found without the object's name; the highest priority first. */
  readonly passthrough: { readonly path: string; readonly priority: number }[]
  dynamicTemplates: DynamicTemplate[]
  dynamic: Dynamic
}

export function emptyDefinition(): MappingDefinition {
  return {
    fields: new Map(),
    multiFields: new Map(),
    objects: new Map(),
    flattened: new Map(),
    aliases: new Map(),
    passthrough: [],
    dynamicTemplates: [],
    dynamic: 'true',
  }
}

/** Keys of `mappings` that change nothing here: what they are about is not done by this store at all. */
const ROOT_HINTS = [
  'date_detection',
  'numeric_detection',
  'dynamic_date_formats',
  '_meta',
  '_data_stream_timestamp',
  '_source',
  '_routing',
]

/** @throws ElasticsearchError mapper_parsing_exception that names the field and the part */
export function parseMappings(mappings: JsonObject): MappingDefinition {
  const definition = emptyDefinition()
  for (const [key, value] of Object.entries(mappings)) {
    if (key === 'properties') parseProperties(definition, '', value)
    else if (key === 'dynamic') definition.dynamic = parseDynamic('_doc', value)
    else if (key === 'dynamic_templates') definition.dynamicTemplates = parseDynamicTemplates(value)
    else if (key === 'subobjects') requireSubobjects('_doc', value)
    else if (!ROOT_HINTS.includes(key)) throw failure(`Root mapping definition has unsupported parameters:  [${key}]`)
    else if (
      key === '_source' &&
      !(
        isObject(value) &&
        Object.keys(value).every((name) => (name === 'enabled' && readBoolean(value[name]) === true) || name === 'mode')
      )
    ) {
      throw failure('[_source] of this store is always whole: only [enabled: true] is possible')
    }
  }
  definition.passthrough.sort((a, b) => b.priority - a.priority)
  for (const [alias, path] of definition.aliases) {
    if (!isMapped(definition, path))
      throw failure(
        `Invalid [path] value [${path}] for field alias [${alias}]: an alias must refer to an existing field in the mappings.`,
      )
  }
  return definition
}

function isMapped(
  { fields, multiFields, flattened, objects, dynamicTemplates }: MappingDefinition,
  path: string,
): boolean {
  if (fields.has(path) || multiFields.has(path) || flattened.has(path)) return true
  const parents = parentsOf(path)
  if (parents.some((parent) => flattened.has(parent))) return true
  // Elasticsearch wants the target to be written out; ours may come from a dynamic template of its object.
  return dynamicTemplates.length > 0 || parents.some((parent) => objects.has(parent))
}

/** `a`, `a.b` of `a.b.c`, the outermost first. */
export function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) parents.push(path.slice(0, dot))
  return parents
}

function parseProperties(definition: MappingDefinition, prefix: string, properties: unknown): void {
  if (!isObject(properties))
    throw failure(`Expected map for property [properties] on field [${prefix}] but got ${describe(properties)}`)
  for (const [name, body] of Object.entries(properties)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (name === '' || name.split('.').includes('')) throw failure(`field name [${path}] has an empty part`)
    if (!isObject(body))
      throw failure(`Expected map for property [fields] on field [${path}] but got ${describe(body)}`)
    for (const parent of parentsOf(path)) {
      if (!definition.objects.has(parent)) definition.objects.set(parent, { dynamic: undefined, enabled: true })
    }
    parseField(definition, path, body)
  }
}

export function parseField(definition: MappingDefinition, path: string, body: JsonObject): void {
  const type = body.type ?? 'object'
  if (typeof type !== 'string') throw failure(`The [type] of field [${path}] must be a string, not ${describe(type)}`)
  if (type === 'object' || type === 'passthrough') parseObject(definition, path, body, type)
  else if (type === 'alias') parseAlias(definition, path, body)
  else {
    const fieldType = parseLeafType(path, type, body)
    if (type === 'flattened') definition.flattened.set(path, fieldType)
    else definition.fields.set(path, fieldType)
    if (body.fields !== undefined) parseMultiFields(definition, path, body.fields)
  }
}

function parseObject(definition: MappingDefinition, path: string, body: JsonObject, type: string): void {
  const known = [
    'type',
    'properties',
    'dynamic',
    'enabled',
    'subobjects',
    ...(type === 'passthrough' ? ['priority', 'time_series_dimension'] : []),
  ]
  requireKnown(path, type, body, known)
  if (body.subobjects !== undefined) requireSubobjects(path, body.subobjects)
  const enabled = body.enabled === undefined ? true : readBoolean(body.enabled)
  if (enabled === undefined) throw failure(`Could not convert [${path}.enabled] to boolean`)
  const dynamic = body.dynamic === undefined ? undefined : parseDynamic(path, body.dynamic)
  definition.objects.set(path, { enabled, dynamic })
  if (type === 'passthrough') {
    const { priority } = body
    if (typeof priority !== 'number' || priority < 0)
      throw failure(`Pass-through object [${path}] is missing a non-negative value for parameter [priority]`)
    definition.passthrough.push({ path, priority })
  }
  if (body.properties !== undefined) parseProperties(definition, path, body.properties)
}

function parseAlias(definition: MappingDefinition, path: string, body: JsonObject): void {
  requireKnown(path, 'alias', body, ['type', 'path'])
  if (typeof body.path !== 'string') throw failure(`The [path] property must be specified for field [${path}].`)
  definition.aliases.set(path, body.path)
}

function parseMultiFields(definition: MappingDefinition, path: string, fields: unknown): void {
  if (!isObject(fields))
    throw failure(`expected map for property [fields] on field [${path}] but got ${describe(fields)}`)
  for (const [name, body] of Object.entries(fields)) {
    if (!isObject(body) || typeof body.type !== 'string')
      throw failure(`no type specified for property [${name}] of field [${path}]`)
    definition.multiFields.set(`${path}.${name}`, { path, type: parseLeafType(`${path}.${name}`, body.type, body) })
  }
}

/** Parameters about how Elasticsearch stores a field; searches answer the same with and without them. */
const STORAGE_HINTS = [
  'type',
  'index',
  'doc_values',
  'store',
  'norms',
  'index_options',
  'meta',
  'eager_global_ordinals',
  'fields',
  'time_series_dimension',
  'time_series_metric',
  'similarity',
  'term_vector',
  'index_phrases',
  'index_prefixes',
  'fielddata',
  'position_increment_gap',
]
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  keyword: ['ignore_above', 'split_queries_on_whitespace'],
  wildcard: ['ignore_above'],
  ip: ['ignore_malformed'],
  version: [],
  constant_keyword: ['value'],
  text: ['analyzer'],
  match_only_text: ['analyzer'],
  date: ['format', 'ignore_malformed'],
  date_nanos: ['format', 'ignore_malformed'],
  boolean: ['ignore_malformed'],
  flattened: ['ignore_above', 'depth_limit', 'split_queries_on_whitespace'],
  scaled_float: ['coerce', 'ignore_malformed', 'scaling_factor'],
}
const NUMBER_PARAMETERS = ['coerce', 'ignore_malformed']

function parseLeafType(path: string, type: string, body: JsonObject): FieldType {
  const ignoreMalformed = readBoolean(body.ignore_malformed) ?? false
  const number = numberType(type, ignoreMalformed)
  const parameters = PARAMETERS[type] ?? (number === undefined ? undefined : NUMBER_PARAMETERS)
  if (parameters === undefined) throw failure(`No handler for type [${type}] declared on field [${path}]`)
  requireKnown(path, type, body, [...STORAGE_HINTS, ...parameters])
  if (body.analyzer !== undefined && body.analyzer !== 'standard') {
    throw failure(
      `analyzer [${String(body.analyzer)}] has not been configured in mappings: field [${path}] can have [standard] only`,
    )
  }
  if (number !== undefined) return number
  switch (type) {
    case 'text':
    case 'match_only_text':
      return { family: 'text', name: type, isDynamic: false }
    case 'boolean':
      return { family: 'boolean', name: type, ignoreMalformed }
    case 'date':
    case 'date_nanos': {
      const formats = body.format === undefined ? DEFAULT_DATE_FORMATS : parseDateFormats(String(body.format))
      if (formats === undefined)
        throw failure(
          `Invalid format [${String(body.format)}] of field [${path}]: this store knows the named ISO 8601 formats, epoch_millis and epoch_second`,
        )
      return dateType(type, formats, ignoreMalformed)
    }
    case 'constant_keyword':
      if (body.value === undefined) return keyword(NO_IGNORE_ABOVE, type)
      return { family: 'constant', name: type, value: String(body.value) }
    default:
      return keyword(parseIgnoreAbove(path, body.ignore_above), type)
  }
}

function parseIgnoreAbove(path: string, value: unknown): number {
  if (value === undefined) return NO_IGNORE_ABOVE
  const number = Number(value)
  if (!Number.isInteger(number) || number <= 0)
    throw failure(`[ignore_above] of field [${path}] must be a positive number, not ${describe(value)}`)
  return number
}

function parseDynamic(path: string, value: unknown): Dynamic {
  const text = String(value)
  if (text === 'true' || text === 'false' || text === 'strict') return text
  throw failure(`dynamic [${text}] of [${path}] is not supported; this store has true, false and strict`)
}

/** A path is the same whether its dots are in keys or between objects, so every value of `subobjects` means the same. */
function requireSubobjects(path: string, value: unknown): void {
  if (readBoolean(value) === undefined && value !== 'auto')
    throw failure(`subobjects of [${path}] must be true, false or auto`)
}

function requireKnown(path: string, type: string, body: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(body)) {
    if (!known.includes(key)) throw failure(`unknown parameter [${key}] on mapper [${path}] of type [${type}]`)
  }
}

function failure(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'mapper_parsing_exception', reason)
}
