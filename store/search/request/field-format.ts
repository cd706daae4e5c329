import { illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject } from '../../mapping/json-object.ts'
import { parseDateFormats } from '../../time/parse-date.ts'
import { unknownFormat } from '../query/parse-range.ts'
import { type FieldName, fieldName } from '../query/query.ts'

/** A field whose values are wanted beside the document. */
export interface FieldFormat {
  readonly field: FieldName
  /** Of dates. */
  readonly format: string | undefined
  /** Values come in their order instead of in that of the document: `docvalue_fields`. */
  readonly isSorted: boolean
}

const MAX_FIELDS = 100

/** Reads `fields` or `docvalue_fields`. */
export function parseFieldFormats(key: 'fields' | 'docvalue_fields', value: unknown): FieldFormat[] {
  const isSorted = key === 'docvalue_fields'
  if (value === undefined) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length > MAX_FIELDS) {
    throw illegalArgument(
      `Trying to retrieve too many ${key}. Must be less than or equal to: [${MAX_FIELDS}] but was [${list.length}].`,
    )
  }
  return list.map((item) => {
    if (typeof item === 'string' || typeof item === 'number')
      return { field: fieldName(String(item)), format: undefined, isSorted }
    if (!isObject(item) || typeof item.field !== 'string')
      throw parsingError(`[${key}] must have field names or objects with a [field], not ${describe(item)}`)
    for (const option of Object.keys(item)) {
      if (!['field', 'format', 'include_unmapped'].includes(option))
        throw parsingError(`[${key}] unknown field [${option}]`)
    }
    return { field: fieldName(item.field), format: formatOf(key, item.format), isSorted }
  })
}

function formatOf(key: string, format: unknown): string | undefined {
  if (format === undefined || format === null || format === 'use_field_mapping') return undefined
  if (typeof format === 'string' && parseDateFormats(format) !== undefined) return format
  throw illegalArgument(`[${key}]: ${unknownFormat(String(format))}`)
}
