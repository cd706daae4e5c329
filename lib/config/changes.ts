import type { JsonSchema } from './schema.ts'

/**
 * The keys, as `logs.exclude`, whose values differ between two loaded configurations. Sections are gone through; a list
 * or a mapping of the user's own keys counts as one value.
 */
export function changedKeys(schema: JsonSchema, before: unknown, after: unknown, path = ''): readonly string[] {
  if (schema.properties === undefined) return isSame(before, after) ? [] : [path]
  return Object.entries(schema.properties).flatMap(([key, inner]) =>
    changedKeys(inner, entryOf(before, key), entryOf(after, key), path === '' ? key : `${path}.${key}`),
  )
}

function entryOf(section: unknown, key: string): unknown {
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>)[key] : undefined
}

/** Loaded values are plain data. The order of a mapping's keys means nothing. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => isSame(item, b[index]))
  }
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(entryOf(a, key), entryOf(b, key)))
}
