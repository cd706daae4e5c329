import { stringify } from 'yaml'
import { formatBytes } from '../bytes.ts'
import { formatDuration } from '../duration.ts'
import type { JsonSchema } from './schema.ts'

export interface PrintOptions {
  /** What reads it again: texts that this version would take for something else are quoted. */
  readonly yamlVersion?: '1.1' | '1.2'
}

/** Prints an effective configuration as YAML that can be loaded again; secrets print as `<secret>`. */
export function printConfig(schema: JsonSchema, config: unknown, { yamlVersion = '1.2' }: PrintOptions = {}): string {
  return stringify(unload(schema, config), { version: yamlVersion })
}

function unload(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema?.format === 'secret') return '<secret>'
  if (schema?.format === 'duration' && typeof value === 'number') return formatDuration(value)
  if (schema?.format === 'size' && typeof value === 'number') return formatSize(value)
  if (Array.isArray(value)) return value.map((item) => unload(schema?.items, item))
  if (typeof value !== 'object' || value === null) return value
  const open = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
  const entries = Object.entries(value).map(([key, item]) => [key, unload(schema?.properties?.[key] ?? open, item)])
  return Object.fromEntries(entries)
}

/** Rounded sizes would not load back as they were. */
function formatSize(bytes: number): string | number {
  const text = formatBytes(bytes)
  return text.includes('.') ? bytes : text
}
