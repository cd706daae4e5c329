import type { Diagnostic, Path } from './diagnostic.ts'
import type { JsonSchema } from './schema.ts'

const MASK = '<secret>'

/** A diagnostic at a place; if a secret stands there it is not shown. */
export function concealValue(schema: JsonSchema, path: Path, diagnostic: Diagnostic): Diagnostic {
  return schemaAt(schema, path)?.format === 'secret' ? mask(diagnostic) : diagnostic
}

/**
 * A diagnostic that shows no secret: neither the line of a value that is one or should hold some, nor what stands next
 * to a mistyped key of a section that has some, because `pasword: hunter2` is a password all the same.
 */
export function concealAround(
  schema: JsonSchema,
  path: Path,
  diagnostic: Diagnostic,
  at: 'key' | 'value' = 'value',
): Diagnostic {
  const here = schemaAt(schema, path)
  const nearest = here ?? schemaAt(schema, path.slice(0, -1))
  if (nearest === undefined || !mayHoldSecret(nearest)) return diagnostic
  return here === undefined || at === 'key' ? showOnly(diagnostic, placeOf(diagnostic)) : mask(diagnostic)
}

function mask(diagnostic: Diagnostic): Diagnostic {
  const message = diagnostic.message.replace(/, not the (?:string|number|boolean) .*$/s, '')
  return showOnly({ ...diagnostic, message, length: MASK.length }, MASK)
}

function showOnly(diagnostic: Diagnostic, text: string): Diagnostic {
  return { ...diagnostic, sourceLine: ' '.repeat(diagnostic.column - 1) + text }
}

function placeOf({ sourceLine, column, length }: Diagnostic): string {
  return sourceLine.slice(column - 1, column - 1 + length)
}

function schemaAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  let here: JsonSchema | undefined = schema
  for (const key of path) {
    const open: JsonSchema['additionalProperties'] = here?.additionalProperties
    if (typeof key === 'number') here = here?.items
    else if (Object.hasOwn(here?.properties ?? {}, key)) here = here?.properties?.[key]
    else here = typeof open === 'object' ? open : undefined
  }
  return here
}

/** Whether a secret may stand in the value itself or one step below it. */
function mayHoldSecret(schema: JsonSchema): boolean {
  const { properties, items, additionalProperties } = schema
  const below = [...Object.values(properties ?? {}), ...(items === undefined ? [] : [items])]
  if (typeof additionalProperties === 'object') below.push(additionalProperties)
  return schema.format === 'secret' || below.some(({ format }) => format === 'secret')
}
