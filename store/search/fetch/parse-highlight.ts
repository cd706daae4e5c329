import { contentError, illegalArgument, parsingError } from '../../elasticsearch-error.ts'
import { describe, isObject, type JsonObject } from '../../mapping/json-object.ts'
import { type FieldName, fieldName } from '../query/query.ts'

/** Which matches are to be marked, and how. */
export interface HighlightSpec {
  readonly fields: readonly HighlightField[]
  readonly preTag: string
  readonly postTag: string
  /** Only in fields that the query names. */
  readonly requireFieldMatch: boolean
}

interface HighlightField extends FieldName {
  /** Whole values are wanted, not fragments: spaces at their ends stay. */
  readonly isWhole: boolean
}

/** Options about where fragments are cut: this store marks whole values. */
const CUTTING = ['fragment_size', 'number_of_fragments', 'no_match_size', 'type', 'order', 'encoder', 'fragmenter']
const KEYS = ['fields', 'pre_tags', 'post_tags', 'require_field_match', ...CUTTING]

/** Reads `highlight`. */
export function parseHighlight(value: unknown): HighlightSpec | undefined {
  if (value === undefined) return undefined
  if (!isObject(value)) throw parsingError(`[highlight] must be an object, not ${describe(value)}`)
  requireKeys('highlight', value, KEYS)
  if (value.encoder !== undefined && value.encoder !== 'default')
    throw illegalArgument(`[highlight] [encoder] of [${String(value.encoder)}] is not supported`)
  return {
    fields: parseFields(value.fields, value.number_of_fragments),
    preTag: tag('pre_tags', value.pre_tags, '<em>'),
    postTag: tag('post_tags', value.post_tags, '</em>'),
    requireFieldMatch: value.require_field_match !== false && value.require_field_match !== 'false',
  }
}

function parseFields(value: unknown, fragments: unknown): HighlightField[] {
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.flatMap((item: unknown) => (isObject(item) ? Object.entries(item) : []))
    : Object.entries(isObject(value) ? value : {})
  return entries.map(([name, options]) => {
    if (!isObject(options))
      throw parsingError(`[highlight] field [${name}] must be an object, not ${describe(options)}`)
    requireKeys('highlight_field', options, CUTTING)
    return { ...fieldName(name), isWhole: Number(options.number_of_fragments ?? fragments ?? 5) === 0 }
  })
}

function tag(name: string, value: unknown, otherwise: string): string {
  if (value === undefined) return otherwise
  const first: unknown = Array.isArray(value) ? value[0] : value
  if (typeof first !== 'string') throw parsingError(`[highlight] [${name}] must have a text, not ${describe(first)}`)
  return first
}

function requireKeys(where: string, body: JsonObject, known: readonly string[]): void {
  for (const key of Object.keys(body)) {
    if (!known.includes(key)) throw contentError(`[${where}] unknown field [${key}]`)
  }
}
