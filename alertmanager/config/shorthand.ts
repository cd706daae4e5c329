import type { JsonSchema, Schema } from '#lib/config/schema.ts'

const PREFIX = 'shorthand:'

/** A section that may also be written as one of its values: `summary: text` for `summary: {template: text}`. */
export function withShorthand<T>(section: Schema<T>, key: keyof T & string): Schema<T> {
  return { ...section, format: `${PREFIX}${key}` }
}

/** The key whose value may stand for the whole section. */
export function shorthandKey({ format }: JsonSchema): string | undefined {
  return format?.startsWith(PREFIX) ? format.slice(PREFIX.length) : undefined
}
