import type { Diagnostic, Path } from '#lib/config/diagnostic.ts'
import type { JsonSchema } from '#lib/config/schema.ts'
import { passwordIn } from './urls.ts'

/** A secret may share a line with what is wrong: `{username: u, password: p, foo: 1}`. It is blotted out there. */
export function hideSecrets(diagnostics: readonly Diagnostic[], schema: JsonSchema, value: unknown): Diagnostic[] {
  const secrets = secretsIn(schema, value).sort((a, b) => b.length - a.length)
  return diagnostics.map((diagnostic) => {
    const hide = (text: string) =>
      secrets.reduce((left, secret) => left.replaceAll(secret, '*'.repeat(secret.length)), text)
    return { ...diagnostic, sourceLine: hide(diagnostic.sourceLine), message: hide(diagnostic.message) }
  })
}

/** What stands behind a key that there is none of may be a secret all the same: `pasword: hunter2`. */
export function cutUnknown(schema: JsonSchema, path: Path, diagnostic: Diagnostic): Diagnostic {
  if (isKnown(schema, path)) return diagnostic
  const shown = diagnostic.sourceLine.slice(0, diagnostic.column - 1 + diagnostic.length)
  return { ...diagnostic, sourceLine: `${shown}: …` }
}

function isKnown(schema: JsonSchema, path: Path): boolean {
  let here: JsonSchema | undefined = schema
  for (const key of path) {
    const open: JsonSchema['additionalProperties'] = here.additionalProperties
    here =
      typeof key === 'number' ? here.items : (here.properties?.[key] ?? (typeof open === 'object' ? open : undefined))
    if (here === undefined) return false
  }
  return true
}

function secretsIn(schema: JsonSchema | undefined, value: unknown): string[] {
  if (typeof value === 'string') {
    const secret = schema?.format === 'secret' ? value : passwordIn(schema, value)
    return secret !== undefined && secret.length > 2 ? [secret] : []
  }
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(schema?.items, item))
  if (typeof value !== 'object' || value === null) return []
  const open = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return Object.entries(value).flatMap(([name, item]) => secretsIn(schema?.properties?.[name] ?? open, item))
}
