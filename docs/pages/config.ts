import { stringify } from 'yaml'
import { printLimit } from '#lib/config/check.ts'
import { toJsonSchema } from '#lib/config/json-schema.ts'
import type { JsonSchema } from '#lib/config/schema.ts'
import type { FlagKeys } from '#lib/process/flags.ts'
import { code, codeBlock, page, table } from './markdown.ts'

/** A configuration of which there is a page. */
export interface ConfigSubject {
  readonly service: string
  readonly schema: JsonSchema
  readonly flags: FlagKeys
  /** The name of its file; without one its keys are set on the command line only. */
  readonly file?: string
}

/** What each `format` takes, in words. */
const FORMAT_NAMES: Readonly<Record<string, string>> = {
  duration: 'duration',
  size: 'size',
  'listen-address': '`host:port`',
  'http-url': 'URL',
  secret: 'secret',
}

/** The page of a configuration: each key with its type, default, limits and flag, and a file of all defaults. */
export function configPage({ service, schema, flags, file }: ConfigSubject): string {
  const byKey = new Map(Object.entries(flags).map(([flag, { key }]) => [key, flag]))
  const reading =
    file === undefined
      ? `Set with the flag named below, or with \`--set KEY=VALUE\` of \`vedette ${service}\`.`
      : `Read from the file that \`--config.file\` of \`vedette ${service}\` names; without one all defaults hold. A flag, or \`--set KEY=VALUE\` for any key, wins over the file.`
  const forms = [
    'Durations are written as `1h30m` or `250ms`, sizes as `64MiB` or a number of bytes.',
    file === undefined
      ? ''
      : `Any value may be \`\${NAME}\` from the environment or \`\${file:/path}\`; \`$\${\` is a plain \`\${\`. Unknown keys are errors. Editors can check a file against [${service}.schema.json](${service}.schema.json), for instance with \`# yaml-language-server: $schema=…\` as its first line.`,
  ]
  const example =
    file === undefined
      ? ['## Defaults', codeBlock('yaml', defaultsOf(schema))]
      : ['## Example', `This \`${file}\` says what holds without one:`, codeBlock('yaml', defaultsOf(schema))]
  return page(file ?? `${service}: settings of the process`, [
    schema.description ?? '',
    reading,
    forms.filter((text) => text !== '').join(' '),
    ...sections(schema, [], byKey),
    ...example,
  ])
}

/** The JSON Schema of a configuration file, for editors. */
export function schemaFile(service: string, schema: JsonSchema): string {
  const title = { id: `urn:vedette:${service}.schema.json`, title: `${service}.yaml` }
  return `${JSON.stringify(toJsonSchema(schema, title), undefined, 2)}\n`
}

/** A file of all defaults, as a person would write them; keys without one are left out. */
function defaultsOf(schema: JsonSchema): string {
  return stringify(defaultValue(schema), { lineWidth: 0 })
}

function defaultValue(schema: JsonSchema): unknown {
  if (schema.properties === undefined) return schema.default
  const entries = Object.entries(schema.properties)
    .map(([key, property]) => [key, defaultValue(property)] as const)
    .filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** The keys of a section as a table, then its sections, each under a heading of its own. */
function sections(schema: JsonSchema, path: readonly string[], flags: ReadonlyMap<string, string>): string[] {
  const properties = Object.entries(schema.properties ?? {})
  const keys = properties.filter(([, { properties: below }]) => below === undefined)
  const rows = keys.map(([name, property]) => {
    const key = [...path, name].join('.')
    const flag = flags.get(key)
    const about = [property.description, ...limitsOf(property)].join(' ')
    return [code(key), typeOf(property), defaultOf(property), flag === undefined ? '' : code(`--${flag}`), about]
  })
  const nested = properties
    .flatMap(([name, property]): [string, JsonSchema][] => {
      if (property.properties !== undefined) return [[name, property]]
      // A list of sections: what each of its entries has.
      return property.items?.properties === undefined ? [] : [[`${name}[]`, property.items]]
    })
    .flatMap(([name, section]) => [
      `${'#'.repeat(Math.min(path.length + 2, 6))} ${[...path, name].join('.')}`,
      section.description ?? '',
      ...sections(section, [...path, name], flags),
    ])
  return [...(rows.length === 0 ? [] : [table(['key', 'type', 'default', 'flag', 'description'], rows)]), ...nested]
}

function typeOf(schema: JsonSchema): string {
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`
  if (typeof schema.additionalProperties === 'object')
    return `mapping of names to ${typeOf(schema.additionalProperties)}`
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ')
  if (schema.format !== undefined) return FORMAT_NAMES[schema.format] ?? schema.format
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return types.map((type) => (type === 'string' ? 'text' : type)).join(' or ')
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined ? 'none' : code(JSON.stringify(schema.default).replace(/^"([^"\\]+)"$/, '$1'))
}

function limitsOf(schema: JsonSchema): string[] {
  const { minLength, minItems, pattern } = schema
  const [minimum, maximum] = [schema.minimum, schema.maximum].map((limit) =>
    limit === undefined ? undefined : printLimit(schema, limit),
  )
  const limits: string[] = []
  if (minimum !== undefined && maximum !== undefined) limits.push(`From ${minimum} to ${maximum}.`)
  else if (minimum !== undefined) limits.push(`At least ${minimum}.`)
  else if (maximum !== undefined) limits.push(`At most ${maximum}.`)
  if (minLength !== undefined) limits.push('Not empty.')
  if (minItems !== undefined) limits.push(minItems === 1 ? 'At least one entry.' : `At least ${minItems} entries.`)
  if (pattern !== undefined) limits.push(`Of the form ${code(pattern)}.`)
  const each = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : schema.items
  if (each?.description !== undefined) limits.push(`Each: ${each.description}`)
  return limits
}
