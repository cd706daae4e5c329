import { parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject, type JsonObject, readBoolean } from '../../mapping/json-object.ts'

/** @throws ElasticsearchError that names a key which a query of this name does not have */
export function requireQueryKeys(name: string, body: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(body)) {
    if (!known.includes(key)) throw parsingError(`[${name}] query does not support [${key}]`)
  }
}

export function requireObject(name: string, value: unknown): JsonObject {
  if (!isObject(value)) throw parsingError(`[${name}] query malformed, no start_object after query name`)
  return value
}

/** The one field that a query is about, and what is said of it. */
export function singleField(name: string, value: unknown, others: readonly string[] = []): [string, unknown] {
  const body = requireObject(name, value)
  const fields = Object.keys(body).filter((key) => !others.includes(key))
  if (fields.length === 0) throw parsingError(`[${name}] query requires a field name`)
  if (fields.length > 1) {
    throw parsingError(`[${name}] query doesn't support multiple fields, found [${fields[0]}] and [${fields[1]}]`)
  }
  return [fields[0]!, body[fields[0]!]]
}

/** A value to look for, as text. */
export function scalarText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  throw parsingError(`[${name}] query expects a text, a number, true or false, not ${describe(value)}`)
}

export function optionalBoolean(name: string, key: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  const boolean = readBoolean(value)
  if (boolean === undefined)
    throw parsingError(`[${name}] query: failed to parse value of [${key}] as only [true] or [false] are allowed`)
  return boolean
}

export function optionalText(name: string, key: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw parsingError(`[${name}] query: [${key}] must be a text, not ${describe(value)}`)
  return value
}
