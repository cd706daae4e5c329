import { optional, type Schema } from '#lib/config/schema.ts'

const TYPE = 'not-supported'

/** A key of upstream's format that this version lacks. It is known by name, and writing something there is an error. */
export function notSupported(what: string): Schema<undefined> {
  return optional({ type: TYPE, description: `Not supported yet: ${what}.` })
}

/** The same for several keys that belong to one thing. */
export function allNotSupported<const K extends string>(
  what: string,
  keys: readonly K[],
): Record<K, Schema<undefined>> {
  return Object.fromEntries(keys.map((key) => [key, notSupported(what)])) as Record<K, Schema<undefined>>
}

export function isNotSupported(schema: Schema<unknown>): boolean {
  return schema.type === TYPE
}
