import { formatBytes } from '../bytes.ts'
import { type Path, printPath, suggest } from './diagnostic.ts'
import { FORMATS } from './formats.ts'
import type { JsonSchema } from './schema.ts'

export type Report = (path: Path, message: string, at?: 'key' | 'value') => void

/**
 * Checks a value against a schema and returns what the service works with: defaults filled in, durations in
 * milliseconds, sizes in bytes. Goes on after a problem, so that all of them are reported in one run.
 */
export function checkValue(schema: JsonSchema, value: unknown, path: Path, report: Report): unknown {
  if (schema.properties !== undefined) return checkSection(schema, schema.properties, value, path, report)
  if (schema.items !== undefined) return checkList(schema, schema.items, value, path, report)
  if (typeof schema.additionalProperties === 'object') {
    return checkMapping(schema.additionalProperties, value, path, report)
  }
  return schema.type === undefined ? value : checkScalar(schema, value, path, report)
}

/** What a key has when it is not written: its default, or for a section the defaults below it. */
function absentValue(schema: JsonSchema, required: boolean, path: Path, report: Report): unknown {
  if (schema.default !== undefined) return checkValue(schema, schema.default, path, report)
  if (!required) return undefined
  if (schema.properties !== undefined) return checkSection(schema, schema.properties, {}, path, report)
  report(path, `${printPath(path)} is required`, 'key')
  return undefined
}

function checkSection(
  schema: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
  value: unknown,
  path: Path,
  report: Report,
): unknown {
  if (value !== null && value !== undefined && !isMapping(value)) {
    report(path, `${nameOf(path)} must be a mapping, not ${describe(value)}`)
    return undefined
  }
  const given: Readonly<Record<string, unknown>> = value ?? {}
  const names = Object.keys(properties)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const meant = suggest(name, names)
    const hint = meant === undefined ? `; it has ${names.join(', ') || 'none'}` : `; did you mean "${meant}"?`
    report([...path, name], `${nameOf(path)} has no option "${name}"${hint}`, 'key')
  }
  const result: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(properties)) {
    const here = [...path, name]
    const written = Object.hasOwn(given, name) ? given[name] : undefined
    const checked =
      written === undefined || (written === null && property.properties === undefined)
        ? absentValue(property, schema.required?.includes(name) ?? false, here, report)
        : checkValue(property, written, here, report)
    if (checked !== undefined) result[name] = checked
  }
  return result
}

function checkList(schema: JsonSchema, items: JsonSchema, value: unknown, path: Path, report: Report): unknown {
  if (!Array.isArray(value)) {
    report(path, `${nameOf(path)} must be a list, not ${describe(value)}`)
    return undefined
  }
  if (value.length < (schema.minItems ?? 0)) report(path, `${nameOf(path)} needs at least ${entries(schema.minItems)}`)
  return value.map((item, index) => checkValue(items, item, [...path, index], report))
}

function checkMapping(values: JsonSchema, value: unknown, path: Path, report: Report): unknown {
  if (!isMapping(value)) {
    report(path, `${nameOf(path)} must be a mapping, not ${describe(value)}`)
    return undefined
  }
  const entries = Object.entries(value).map(([name, item]) => [name, checkValue(values, item, [...path, name], report)])
  return Object.fromEntries(entries)
}

function checkScalar(schema: JsonSchema, value: unknown, path: Path, report: Report): unknown {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const reader = schema.format === undefined ? undefined : FORMATS[schema.format]
  if (!types.some((type) => hasType(value, type))) {
    // `timeout: 10` is a duration without its unit rather than a number in place of a text.
    const read = typeof value === 'number' ? reader?.(String(value)) : undefined
    if (read !== undefined && 'problem' in read) {
      report(path, `${nameOf(path)}: ${read.problem}`)
      return undefined
    }
    report(path, `${nameOf(path)} must be ${types.map(withArticle).join(' or ')}, not ${describe(value)}`)
    return undefined
  }
  if (typeof value === 'string') checkText(schema, value, path, report)
  const read = reader === undefined ? { value } : reader(String(value))
  if ('value' in read) {
    if (typeof read.value === 'number') checkLimits(schema, read.value, String(value), path, report)
    return read.value
  }
  report(path, `${nameOf(path)}: ${read.problem}`)
  return undefined
}

function checkLimits(schema: JsonSchema, value: number, written: string, path: Path, report: Report): void {
  const { minimum, maximum } = schema
  if (minimum !== undefined && value < minimum) {
    report(path, `${nameOf(path)} must be at least ${printLimit(schema, minimum)}, not ${written}`)
  } else if (maximum !== undefined && value > maximum) {
    report(path, `${nameOf(path)} must be at most ${printLimit(schema, maximum)}, not ${written}`)
  }
}

/** A limit as a person would write it. */
export function printLimit({ format }: JsonSchema, limit: number): string {
  return format === 'size' ? formatBytes(limit) : String(limit)
}

function checkText(schema: JsonSchema, value: string, path: Path, report: Report): void {
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const meant = suggest(value, schema.enum)
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
    report(path, `${nameOf(path)} must be one of ${schema.enum.join(', ')}, not ${JSON.stringify(value)}${hint}`)
  } else if (value.length < (schema.minLength ?? 0)) {
    report(path, `${nameOf(path)} must not be empty`)
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    report(path, `${nameOf(path)}: ${JSON.stringify(value)} does not have the form ${schema.pattern}`)
  }
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    default:
      return typeof value === type
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(path: Path): string {
  return path.length === 0 ? 'the configuration' : printPath(path)
}

/** As much of a value as a message shows. */
const MAX_SHOWN = 200

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = JSON.stringify(value)
  // A file that is none may be one long text.
  return `the ${typeof value} ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`
}

function entries(count = 0): string {
  return count === 1 ? 'one entry' : `${count} entries`
}

function withArticle(type: string): string {
  return type === 'integer' ? 'a whole number' : `a ${type}`
}
