import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { severityOf, severityWord } from '#lib/parse/severity.ts'
import { readKlogTime } from './klog-time.ts'

const SPACE = 32
const DOT = 46
const COLON = 58
const CLOSE_BRACKET = 93
/** `I1121 10:00:00.0`: letter, month and day, time. */
const SHORTEST = 16
/** CockroachDB puts the year before the month. */
const YEAR_DIGITS = 2
/** Process id, file and line are shorter. */
const LONGEST_HEADER = 160

/**
 * Kubernetes' klog and Google's glog: `I1121 10:00:00.000000   123 file.go:1] message`, the letter one of I, W, E and F.
 * The time has no year and no zone; on request it is read where the runtime's tells them.
 */
export class KlogParser implements ContentParser {
  readonly #readsTime: boolean

  constructor(options: { readonly time: boolean }) {
    this.#readsTime = options.time
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    fields.reset()
    if (!isKlog(bytes, start, end)) return false
    fields.severityNumber = severityOf(severityWord(bytes, start, start + 1))
    fields.severityStart = start
    fields.severityEnd = start + 1
    if (this.#readsTime) readKlogTime(fields, bytes, start + 1, end)
    const limit = Math.min(end - 1, start + LONGEST_HEADER)
    for (let at = start + SHORTEST; at < limit; at++) {
      if (bytes[at] !== CLOSE_BRACKET || bytes[at + 1] !== SPACE) continue
      fields.messageStart = Math.min(end, at + 2)
      fields.messageEnd = end
      break
    }
    return true
  }
}

/** Whether the body begins with klog's letter, date and time. A few comparisons for a body of another kind. */
export function isKlog(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < SHORTEST) return false
  const letter = bytes[start]
  // I, W, E, F
  if (letter !== 73 && letter !== 87 && letter !== 69 && letter !== 70) return false
  if (!isDigit(bytes[start + 1]!) || !isDigit(bytes[start + 2]!)) return false
  if (!isDigit(bytes[start + 3]!) || !isDigit(bytes[start + 4]!)) return false
  let at = start + 5
  if (bytes[at] !== SPACE) {
    if (!isDigit(bytes[at]!) || !isDigit(bytes[at + 1]!)) return false
    at += YEAR_DIGITS
  }
  if (at + 10 >= end) return false
  return bytes[at] === SPACE && bytes[at + 3] === COLON && bytes[at + 6] === COLON && bytes[at + 9] === DOT
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}
