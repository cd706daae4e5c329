import { contentError, type ElasticsearchError } from '../../elasticsearch-error.ts'
import { parseNumber } from '../../mapping/field-type.ts'
import { describe, isObject, type JsonObject } from '../../mapping/json-object.ts'

/** @throws ElasticsearchError that names an option which an aggregation does not have */
export function requireOptions(type: string, body: unknown, known: readonly string[]): JsonObject {
  if (!isObject(body)) throw failure(`[${type}] must be an object, not ${describe(body)}`)
  for (const key of Object.keys(body)) {
    if (!known.includes(key)) throw failure(`[${type}] unknown field [${key}]`)
  }
  return body
}

export function requireField(type: string, { field }: JsonObject): string {
  if (typeof field !== 'string' || field === '')
    throw failure(`[${type}]: Required one of fields [field], but none were specified.`)
  return field
}

export function wholeNumber(type: string, options: JsonObject, name: string, otherwise: number, least = 0): number {
  const value = options[name]
  if (value === undefined || value === null) return otherwise
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw failure(`[${type}] failed to parse field [${name}]: ${describe(value)}`)
  if (number < least)
    throw failure(
      `[${type}] failed to parse field [${name}]: [${name}] must be ${least === 0 ? 'greater than or equal to 0' : 'greater than 0'}. Found [${number}] in [${type}]`,
    )
  return number
}

/** A number that may be text; whole ones keep all their digits. */
export function requireNumber(type: string, value: unknown): number | bigint {
  const number = parseNumber(String(value))
  if (number === undefined) throw failure(`[${type}] expects a number, not ${describe(value)}`)
  return number
}

export function failure(reason: string): ElasticsearchError {
  return contentError(reason)
}
