/**
 * The vocabulary of configuration schemas. A schema is plain JSON Schema (draft 2020-12) with a default and a
 * description, from which come the TypeScript type, the checks, the reference page and the published schema.
 */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
}

declare const LOADED: unique symbol
declare const OPTIONAL: unique symbol

/** A schema whose checked value has the type T. The type lives at compile time only. */
export interface Schema<T> extends JsonSchema {
  readonly [LOADED]?: T
}

interface OptionalSchema<T> extends Schema<T> {
  readonly [OPTIONAL]?: true
}

/** The type of the value that a schema loads. */
export type Static<S> = S extends Schema<infer T> ? T : never

type Properties = Readonly<Record<string, Schema<unknown>>>
type OptionalKeys<P extends Properties> = {
  [K in keyof P]: typeof OPTIONAL extends keyof P[K] ? K : never
}[keyof P]
type SectionOf<P extends Properties> = {
  readonly [K in Exclude<keyof P, OptionalKeys<P>>]: Static<P[K]>
} & { readonly [K in OptionalKeys<P>]?: Static<P[K]> }

interface Common<T> {
  readonly description: string
  /** As it would be written in the file. */
  readonly default?: T
}

const optionalSchemas = new WeakSet<JsonSchema>()

/** A mapping with fixed keys; unknown keys are errors, a missing section means all its defaults. */
export function section<const P extends Properties>(description: string, properties: P): Schema<SectionOf<P>> {
  const required = Object.keys(properties).filter((name) => !optionalSchemas.has(properties[name]!))
  return { type: 'object', description, properties, required, additionalProperties: false }
}

/** A mapping whose keys the user chooses. */
export function mapping<T>(
  values: Schema<T>,
  options: Common<Record<string, unknown>>,
): Schema<Readonly<Record<string, T>>> {
  return { type: 'object', additionalProperties: values, ...options }
}

export function list<T>(
  items: Schema<T>,
  options: Common<readonly unknown[]> & { readonly minItems?: number },
): Schema<readonly T[]> {
  return { type: 'array', items, ...options }
}

/** A key that may be left out and then has no value. */
export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  const copy = { ...schema }
  optionalSchemas.add(copy)
  return copy
}

export function text(
  options: Common<string> & { readonly pattern?: string; readonly minLength?: number },
): Schema<string> {
  return { type: 'string', ...options }
}

/** A text that is never printed: `<secret>` stands in its place. */
export function secret(options: Common<string>): Schema<string> {
  return { type: 'string', format: 'secret', ...options }
}

export function integer(
  options: Common<number> & { readonly minimum?: number; readonly maximum?: number },
): Schema<number> {
  return { type: 'integer', ...options }
}

/** Any number, with fractions too. */
export function number(options: Common<number>): Schema<number> {
  return { type: 'number', ...options }
}

export function boolean(options: Common<boolean>): Schema<boolean> {
  return { type: 'boolean', ...options }
}

export function choice<const V extends readonly string[]>(values: V, options: Common<V[number]>): Schema<V[number]> {
  return { type: 'string', enum: values, ...options }
}

/** Written as `1h30m`, loaded as milliseconds. */
export function duration(options: Common<string>): Schema<number> {
  return { type: 'string', format: 'duration', ...options }
}

/** Written as `64MiB` or a number of bytes, loaded as bytes; the limits are in bytes. */
export function size(
  options: Common<string> & { readonly minimum?: number; readonly maximum?: number },
): Schema<number> {
  return { type: ['string', 'integer'], format: 'size', ...options }
}

/** Whatever YAML can say; nothing of it is checked. */
export function anything(options: Common<unknown>): Schema<unknown> {
  return options
}

/** `host:port`, `[v6]:port` or `:port` for every address of the machine. */
export function listenAddress(options: Common<string>): Schema<string> {
  return { type: 'string', format: 'listen-address', ...options }
}

/** An http or https URL. */
export function url(options: Common<string>): Schema<string> {
  return { type: 'string', format: 'http-url', ...options }
}
