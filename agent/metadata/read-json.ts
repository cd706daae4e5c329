/** JSON of a peer, of which no shape can be taken for granted. */
export type JsonObject = Readonly<Record<string, unknown>>

const NOTHING: JsonObject = Object.freeze({})

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object under a key; an empty one if there is none. */
export function readObject(parent: JsonObject, key: string): JsonObject {
  const value = ownValue(parent, key)
  return isObject(value) ? value : NOTHING
}

/** The list under a key; an empty one if there is none. */
export function readList(parent: JsonObject, key: string): readonly unknown[] {
  const value = ownValue(parent, key)
  return Array.isArray(value) ? value : []
}

/** The text under a key; an empty one if there is none or it is longer than anything that makes sense. */
export function readText(parent: JsonObject, key: string, maxChars: number): string {
  const value = ownValue(parent, key)
  return typeof value === 'string' && value.length <= maxChars ? value : ''
}

/** The count under a key, or undefined if there is none. */
export function readCount(parent: JsonObject, key: string): number | undefined {
  const value = ownValue(parent, key)
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function ownValue(parent: JsonObject, key: string): unknown {
  return Object.hasOwn(parent, key) ? parent[key] : undefined
}
