import type { JsonSchema } from './schema.ts'

/** What a published schema says of itself. */
export interface SchemaTitle {
  /** Where it is published, or a name that is as good for references. */
  readonly id: string
  readonly title: string
}

/** The forms of our `format`s as patterns, which every editor checks; formats of our own it would pass over. */
const PATTERNS: Readonly<Record<string, string>> = {
  duration: '^(0|(?=.)(\\d+y)?(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?)$',
  size: '^\\d+(\\.\\d+)?\\s?(B|k|kB|KB|MB|GB|TB|Ki|Mi|Gi|Ti|KiB|MiB|GiB|TiB)?$',
  'listen-address':
    '^(\\[[0-9a-fA-F:.]+\\]|[^\\s:\\[\\]/]*):([0-5]?\\d{1,4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$',
  'http-url': '^[hH][tT][tT][pP][sS]?:[/\\\\]*[^/\\\\?#]',
}

/** A value that the environment or a file gives. */
const REFERENCE = { $ref: '#/$defs/reference' }

/**
 * The JSON Schema (draft 2020-12) of a configuration file as it is written, for editors and reviewers. It takes every
 * file that the service takes: what the service has a default for may be left out or be empty, and `${NAME}` may stand
 * for any value. It refuses all that can be refused without a service's own checks and without arithmetic.
 */
export function toJsonSchema(schema: JsonSchema, { id, title }: SchemaTitle): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    title,
    ...published(schema),
    $defs: { reference: { description: 'Expanded when the file is read.', type: 'string', pattern: '\\$\\{' } },
  }
}

function published(schema: JsonSchema, mayBeEmpty = true): Record<string, unknown> {
  const { description, default: preset } = schema
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  }
  const empty = mayBeEmpty ? ['null'] : []
  if (schema.properties !== undefined) return { ...about, ...publishedSection(schema, schema.properties) }
  if (schema.items !== undefined) {
    const minItems = schema.minItems === undefined ? {} : { minItems: schema.minItems }
    return { ...about, type: ['array', ...empty], items: published(schema.items, isSection(schema.items)), ...minItems }
  }
  if (typeof schema.additionalProperties === 'object') {
    const values = schema.additionalProperties
    return { ...about, type: ['object', ...empty], additionalProperties: published(values, isSection(values)) }
  }
  return { ...about, ...publishedScalar(schema, mayBeEmpty) }
}

function publishedSection(
  schema: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
): Record<string, unknown> {
  const required = Object.keys(properties).filter((name) => isRequired(schema, name))
  const entries = Object.entries(properties).map(
    ([name, property]) =>
      [name, published(property, isSection(property) ? hasDefaults(property) : !required.includes(name))] as const,
  )
  const type = hasDefaults(schema) ? ['object', 'null'] : ['object']
  return { type, properties: Object.fromEntries(entries), required, additionalProperties: false }
}

function publishedScalar(schema: JsonSchema, mayBeEmpty: boolean): Record<string, unknown> {
  const { maximum, minLength, format } = schema
  const minimum = schema.minimum ?? (format === 'size' ? 0 : undefined)
  const types = typeof schema.type === 'string' ? [schema.type] : [...(schema.type ?? [])]
  const pattern = schema.pattern ?? PATTERNS[format ?? '']
  const limits = Object.entries({ minimum, maximum, minLength, pattern, enum: schema.enum }).filter(
    ([, limit]) => limit !== undefined,
  )
  const own = { type: types, ...Object.fromEntries(limits) }
  const empty = mayBeEmpty ? [{ type: 'null' }] : []
  const isAnyText = types.length === 1 && types[0] === 'string' && limits.length === 0
  const forms = [own, ...(isAnyText ? [] : [REFERENCE]), ...empty]
  return forms.length === 1 ? own : { anyOf: forms }
}

const isSection = (schema: JsonSchema): boolean => schema.properties !== undefined

/** Whether a section may be left out: everything in it has a default. */
function hasDefaults(section: JsonSchema): boolean {
  return Object.keys(section.properties ?? {}).every((name) => !isRequired(section, name))
}

function isRequired(section: JsonSchema, name: string): boolean {
  const property = section.properties?.[name]
  if (property === undefined || !(section.required ?? []).includes(name) || property.default !== undefined) return false
  return !isSection(property) || !hasDefaults(property)
}
