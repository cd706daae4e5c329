import type { Diagnostic } from '#lib/config/diagnostic.ts'
import type { JsonSchema } from '#lib/config/schema.ts'

/** A secret may share a line with what is wrong: `{username: u, password: p, foo: 1}`. It is blotted out there. */
export function hideSecrets(diagnostics: readonly Diagnostic[], schema: JsonSchema, value: unknown): Diagnostic[] {
  const secrets = secretsIn(schema, value).sort((a, b) => b.length - a.length)
  return diagnostics.map((diagnostic) => {
    const hide = (text: string) =>
      secrets.reduce((left, secret) => left.replaceAll(secret, '*'.repeat(secret.length)), text)
    return { ...diagnostic, sourceLine: hide(diagnostic.sourceLine), message: hide(diagnostic.message) }
  })
}

/** What stands behind a key that is not supported may be a secret; nothing says so. */
export function cutAfterKey(diagnostic: Diagnostic): Diagnostic {
  const shown = diagnostic.sourceLine.slice(0, diagnostic.column - 1 + diagnostic.length)
  return { ...diagnostic, sourceLine: `${shown}: …` }
}

function secretsIn(schema: JsonSchema | undefined, value: unknown): string[] {
  if (typeof value === 'string') return schema?.format === 'secret' && value.length > 2 ? [value] : []
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(schema?.items, item))
  if (typeof value !== 'object' || value === null) return []
  const open = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return Object.entries(value).flatMap(([name, item]) => secretsIn(schema?.properties?.[name] ?? open, item))
}
