import { LabelSet } from '#lib/labels.ts'

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | LabelSet
  | { readonly [key: string]: Json | undefined }

export interface JsonOptions {
  /** Write `<`, `>` and `&` as escapes, as notifications carry them. */
  readonly escapeHtml: boolean
}

const LINE_SEPARATORS = /[\u2028\u2029]/g
const HTML = /[<>&\u2028\u2029]/g

/** Writes JSON as Go's encoder does: label sets in their own order, line separators escaped, a newline at the end. */
export function encodeJson(value: Json, { escapeHtml }: JsonOptions = { escapeHtml: false }): string {
  const special = escapeHtml ? HTML : LINE_SEPARATORS
  const text = (part: string) => JSON.stringify(part).replace(special, escapeUnit)
  const member = (name: string, part: Json) => `${text(name)}:${write(part)}`
  const write = (part: Json): string => {
    if (typeof part === 'string') return text(part)
    if (typeof part !== 'object' || part === null) return String(part)
    if (part instanceof LabelSet && !escapeHtml) return part.json
    if (part instanceof LabelSet) return `{${[...part].map(([name, item]) => member(name, item)).join(',')}}`
    if (isList(part)) return `[${part.map(write).join(',')}]`
    const members = Object.entries(part).flatMap(([name, item]) => (item === undefined ? [] : [member(name, item)]))
    return `{${members.join(',')}}`
  }
  return `${write(value)}\n`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
