import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { syslogSeverity } from '#lib/parse/severity.ts'

export const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const

/** The priority of what a program without one of its own writes to its standard output. */
const DEFAULT_PRIORITY = 6

/** How severe an entry is, before its text is looked at. */
export interface EntrySeverity {
  /** 0 to 7, or -1 if it states none. */
  readonly priority: number
  /** Whether it was written to the standard output of a unit: journald gives all such lines the same priority. */
  readonly isOutput: boolean
  /** Before its text has the word for the priority. */
  readonly bytes: Buffer
}

/**
 * Finds the severity of an entry: its priority says it, unless that is only what journald gives every line of a program's
 * output; then the line may say it itself.
 */
export class SeverityParser implements ContentParser {
  readonly #content: ContentParser
  #entry: EntrySeverity = { priority: -1, isOutput: false, bytes: EMPTY }

  constructor(content: ContentParser) {
    this.#content = content
  }

  /** Of the next text that is parsed. */
  expect(entry: EntrySeverity): void {
    this.#entry = entry
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    const isOfFormat = this.#content.parse(fields, bytes, start, end)
    const { priority, isOutput, bytes: withWord } = this.#entry
    const isSaid = fields.severityNumber !== 0 && isOutput && priority === DEFAULT_PRIORITY
    if (priority < 0 || isSaid) return isOfFormat
    fields.severityNumber = syslogSeverity(priority)
    // The word is only there if nothing was taken out of the text, or repaired.
    fields.severityStart = 0
    fields.severityEnd = bytes === withWord ? PRIORITIES[priority]!.length : 0
    return isOfFormat
  }
}

/** A text with the word for its priority before it; and where it begins. */
export function withPriority(priority: number, text: Buffer): { readonly bytes: Buffer; readonly start: number } {
  if (priority < 0) return { bytes: text, start: 0 }
  const word = PRIORITIES[priority]!
  return { bytes: Buffer.concat([Buffer.from(word), text]), start: word.length }
}

/** The priority that a field states, or -1. */
export function priorityOf(text: string | undefined): number {
  return text !== undefined && /^[0-7]$/.test(text) ? Number(text) : -1
}

const EMPTY = Buffer.alloc(0)
