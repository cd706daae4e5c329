import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import type { ConfigDocument } from '#lib/config/document.ts'
import type { JsonSchema } from '#lib/config/schema.ts'
import { shorthandKey } from './shorthand.ts'

/**
 * Prepares a parsed document for the checks of its schema. Where a text is wanted every scalar is one, as it was
 * written: `code: 0500` is "0500", not 320. An empty entry of a list of sections is reported, and an
 * empty section stands in for it.
 */
export function writtenValues(schema: JsonSchema, document: ConfigDocument, report: Report): unknown {
  const visit = (here: JsonSchema, value: unknown, path: Path): unknown => {
    if (here.type === undefined) return withoutDates(value, path)
    if (Array.isArray(value)) return visitList(here, value, path)
    if (isMapping(value)) return visitMapping(here, value, path)
    const key = shorthandKey(here)
    if (key !== undefined && value !== null) return { [key]: visitShorthand(here.properties?.[key] ?? {}, value, path) }
    if (here.type !== 'string' || typeof value === 'string' || value === null || value === undefined) return value
    return document.source(path) ?? String(value)
  }

  /** One value may stand for a list of them as well. */
  const visitShorthand = (here: JsonSchema, value: unknown, path: Path): unknown =>
    here.items === undefined ? visit(here, value, path) : [visit(here.items, value, path)]

  /** What looks like a date or, as `12:30`, like a time stays the text that it is, as in upstream's YAML. */
  const withoutDates = (value: unknown, path: Path): unknown => {
    if (value instanceof Date) return document.source(path)
    if (typeof value === 'number' && document.source(path)?.includes(':')) return document.source(path)
    if (Array.isArray(value)) return value.map((item, index) => withoutDates(item, [...path, index]))
    if (!isMapping(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutDates(item, [...path, name])]))
  }

  const visitList = (here: JsonSchema, value: readonly unknown[], path: Path): unknown => {
    const { items } = here
    if (items === undefined) return value
    return value.map((item: unknown, index) => {
      const at = [...path, index]
      if (item !== null) return visit(items, item, at)
      if (items.type === 'string') return ''
      if (!EMPTY_ENTRIES.has(String(path.at(-1)))) report(at, missingEntry(path))
      return {}
    })
  }

  const visitMapping = (here: JsonSchema, value: Readonly<Record<string, unknown>>, path: Path): unknown => {
    const open = typeof here.additionalProperties === 'object' ? here.additionalProperties : undefined
    const result: Record<string, unknown> = {}
    for (const [name, item] of Object.entries(value)) {
      const property = here.properties?.[name] ?? open
      const at = [...path, name]
      if (property === undefined) result[name] = item
      else result[name] = item === null && open?.type === 'string' ? '' : visit(property, item, at)
    }
    return result
  }

  return visit(schema, document.value, [])
}

/** Lists of sections whose entries may be empty. */
const EMPTY_ENTRIES: ReadonlySet<string> = new Set(['inhibit_rules'])

/** `webhook_configs` with an empty entry: "missing webhook config", in upstream's words. */
function missingEntry(list: Path): string {
  const name = String(list.at(-1))
  return name.endsWith('_configs') ? `missing ${name.slice(0, -'_configs'.length)} config` : `missing entry in ${name}`
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
