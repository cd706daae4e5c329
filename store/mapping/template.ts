import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import { describe, isObject, type JsonObject, readBoolean } from './json-object.ts'
import { parseMappings } from './parse-mapping.ts'
import { type IndexSettings, parseSettings, printSettings } from './settings.ts'

/** What a template gives to indices. */
interface TemplateContent {
  readonly settings: IndexSettings
  readonly mappings: JsonObject
  readonly aliases: JsonObject
  readonly lifecycle: JsonObject | undefined
}

export interface ComponentTemplate {
  readonly content: TemplateContent
  /** As it is shown. */
  readonly shown: JsonObject
}

export interface IndexTemplate {
  readonly indexPatterns: readonly string[]
  readonly composedOf: readonly string[]
  readonly ignoreMissing: readonly string[]
  readonly priority: number
  readonly isDataStream: boolean
  readonly content: TemplateContent
  readonly shown: JsonObject
}

const COMPONENT_KEYS = ['template', 'version', '_meta', 'deprecated']
const INDEX_KEYS = [
  'index_patterns',
  'template',
  'composed_of',
  'ignore_missing_component_templates',
  'priority',
  'version',
  '_meta',
  'data_stream',
  'allow_auto_create',
  'deprecated',
]
const CONTENT_KEYS = ['settings', 'mappings', 'aliases', 'lifecycle']
const DATA_STREAM_KEYS = ['hidden', 'allow_custom_routing']

/** @throws ElasticsearchError that names the part which is wrong or not done by this store */
export function parseComponentTemplate(body: JsonObject): ComponentTemplate {
  requireKeys('component_template', body, COMPONENT_KEYS)
  if (!isObject(body.template)) throw parsing('Required [template]')
  const content = parseContent(body.template)
  return { content, shown: { ...body, template: showContent(body.template, content) } }
}

/** @throws ElasticsearchError as {@link parseComponentTemplate} */
export function parseIndexTemplate(body: JsonObject): IndexTemplate {
  requireKeys('index_template', body, INDEX_KEYS)
  const indexPatterns = texts('index_patterns', body.index_patterns)
  if (indexPatterns === undefined || indexPatterns.length === 0) throw parsing('Required [index_patterns]')
  const template = body.template === undefined ? {} : body.template
  if (!isObject(template)) throw parsing(`[template] must be an object, not ${describe(template)}`)
  const content = parseContent(template)
  const composedOf = texts('composed_of', body.composed_of) ?? []
  const ignoreMissing = texts('ignore_missing_component_templates', body.ignore_missing_component_templates) ?? []
  const priority = body.priority ?? 0
  if (typeof priority !== 'number' || !Number.isSafeInteger(priority) || priority < 0)
    throw parsing('[priority] must be a whole number of zero or more')
  const dataStream = parseDataStream(body.data_stream)
  if (body.allow_auto_create === false)
    throw illegalArgument('[allow_auto_create] of [false] is not supported by this store')
  return {
    indexPatterns,
    composedOf,
    ignoreMissing,
    priority,
    isDataStream: dataStream !== undefined,
    content,
    shown: {
      ...body,
      index_patterns: indexPatterns,
      ...(body.template === undefined ? {} : { template: showContent(template, content) }),
      composed_of: composedOf,
      ...(dataStream === undefined ? {} : { data_stream: dataStream }),
    },
  }
}

function parseContent(template: JsonObject): TemplateContent {
  requireKeys('template', template, CONTENT_KEYS)
  const mappings = template.mappings ?? {}
  if (!isObject(mappings)) throw parsing(`[mappings] must be an object, not ${describe(mappings)}`)
  const inner = isObject(mappings._doc) && Object.keys(mappings).length === 1 ? mappings._doc : mappings
  parseMappings(withoutAliasTargets(inner))
  return {
    settings: parseSettings(template.settings),
    mappings: inner,
    aliases: parseAliases(template.aliases),
    lifecycle: parseLifecycle(template.lifecycle),
  }
}

/** An alias of one template may point to a field of another; it is checked once they are put together. */
function withoutAliasTargets(mappings: JsonObject): JsonObject {
  if (!isObject(mappings.properties)) return mappings
  const kept = Object.entries(mappings.properties).map(([name, body]) => {
    if (!isObject(body)) return [name, body]
    return [name, body.type === 'alias' ? { type: 'keyword' } : withoutAliasTargets(body)]
  })
  return { ...mappings, properties: Object.fromEntries(kept) }
}

function parseAliases(aliases: unknown): JsonObject {
  if (aliases === undefined) return {}
  if (!isObject(aliases)) throw parsing(`[aliases] must be an object, not ${describe(aliases)}`)
  for (const [name, body] of Object.entries(aliases)) {
    if (!isObject(body)) throw parsing(`alias [${name}] must be an object`)
    for (const key of Object.keys(body)) {
      if (key !== 'is_hidden') throw illegalArgument(`alias [${name}] has [${key}], which this store does not do`)
    }
  }
  return aliases
}

function parseLifecycle(lifecycle: unknown): JsonObject | undefined {
  if (lifecycle === undefined || lifecycle === null) return undefined
  if (!isObject(lifecycle)) throw parsing(`[lifecycle] must be an object, not ${describe(lifecycle)}`)
  requireKeys('lifecycle', lifecycle, ['data_retention', 'enabled'])
  const { data_retention: retention } = lifecycle
  if (retention !== undefined && (typeof retention !== 'string' || !/^\d+(?:d|h|m|s|ms)$/.test(retention))) {
    throw illegalArgument(`failed to parse setting [data_retention] with value [${String(retention)}] as a time value`)
  }
  return lifecycle
}

function parseDataStream(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw parsing(`[data_stream] must be an object, not ${describe(value)}`)
  requireKeys('data_stream', value, DATA_STREAM_KEYS)
  for (const key of DATA_STREAM_KEYS) {
    if (value[key] !== undefined && readBoolean(value[key]) === undefined)
      throw parsing(`[data_stream.${key}] must be true or false`)
  }
  if (readBoolean(value.allow_custom_routing) === true)
    throw illegalArgument('[data_stream.allow_custom_routing] of [true] is not supported by this store')
  return { hidden: readBoolean(value.hidden) ?? false, allow_custom_routing: false }
}

function showContent(template: JsonObject, { settings, mappings }: TemplateContent): JsonObject {
  return {
    ...template,
    ...(template.settings === undefined ? {} : { settings: printSettings(settings) }),
    ...(template.mappings === undefined ? {} : { mappings }),
  }
}

function texts(name: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string' || item === '') throw parsing(`[${name}] expects strings, not ${describe(item)}`)
    return item
  })
}

function requireKeys(where: string, body: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(body)) {
    if (!known.includes(key))
      throw new ElasticsearchError(400, 'x_content_parse_exception', `[${where}] unknown field [${key}]`)
  }
}

function parsing(reason: string): ElasticsearchError {
  return new ElasticsearchError(400, 'x_content_parse_exception', reason)
}
