import type { JsonSchema } from '#lib/config/schema.ts'

/**
 * Puts neutral values (empty texts, lists and sections, zero, false) where a check found something wrong and left a
 * hole, so that the checks across sections can go on and every problem is told in one run.
 */
export function fillHoles(schema: JsonSchema, value: unknown): unknown {
  if (value === undefined) return fillHoles(schema, neutralOf(schema))
  if (Array.isArray(value)) return value.map((item) => fillHoles(schema.items ?? {}, item))
  if (typeof value !== 'object' || value === null) return value
  const open = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {}
  const filled: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) filled[name] = fillHoles(schema.properties?.[name] ?? open, item)
  for (const name of schema.required ?? []) filled[name] ??= fillHoles(schema.properties?.[name] ?? {}, undefined)
  return filled
}

function neutralOf(schema: JsonSchema): unknown {
  switch (schema.type) {
    case 'object':
      return {}
    case 'array':
      return []
    case 'boolean':
      return false
    case 'integer':
      return 0
    default:
      return ''
  }
}
