/** Signs that the grammars look for. */
export const TAB = 9
export const SPACE = 32
export const HASH = 35
export const QUOTE = 39
export const PARENTHESIS = 40
export const PARENTHESIS_END = 41
export const DASH = 45
export const DOT = 46
export const SLASH = 47
export const COLON = 58
export const BRACKET = 91
export const BRACKET_END = 93
export const BRACE = 123
export const BRACE_END = 125

/** No grammar looks further into a line than this, from its begin and from its end: the cost of a line is bounded. */
export const HEAD_BYTES = 512
export const TAIL_BYTES = 256

/** Text to compare with, as bytes. */
export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Whether `text` stands at an offset. A loop, because a native call costs more than the few bytes that are compared. */
export function hasAt(bytes: Buffer, at: number, end: number, text: Buffer): boolean {
  const length = text.length
  if (at < 0 || end - at < length) return false
  for (let index = 0; index < length; index += 1) {
    if (bytes[(at + index) | 0] !== text[index]) return false
  }
  return true
}

/** Whether one of several texts stands at an offset. */
export function hasAnyAt(bytes: Buffer, at: number, end: number, texts: readonly Buffer[]): boolean {
  for (const text of texts) if (hasAt(bytes, at, end, text)) return true
  return false
}

/** Whether a line is nothing but `text`. */
export function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  return end - start === text.length && hasAt(bytes, start, end, text)
}

/** Whether a line ends in `text`. */
export function endsWith(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  return end - start >= text.length && hasAt(bytes, end - text.length, end, text)
}

/** Where `text` stands in the first bytes of a line, or -1. */
export function findInHead(bytes: Buffer, start: number, end: number, text: Buffer): number {
  const first = text[0]
  const limit = Math.min(end, start + HEAD_BYTES)
  for (let at = start; at < limit; at = (at + 1) | 0) {
    if (bytes[at] === first && hasAt(bytes, at, end, text)) return at
  }
  return -1
}

export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}

export function isUpper(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 65 && byte <= 90
}

export function isLower(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 97 && byte <= 122
}

/** The first offset from `at` on that is neither blank nor tabulator; nobody indents by more than the head of a line. */
export function skipBlanks(bytes: Buffer, at: number, end: number): number {
  const limit = Math.min(end, at + HEAD_BYTES)
  let next = at
  while (next < limit && isBlank(bytes[next])) next = (next + 1) | 0
  return next
}

/** The first offset from `at` on that is no digit. */
export function skipDigits(bytes: Buffer, at: number, end: number): number {
  const limit = Math.min(end, at + 20)
  let next = at
  while (next < limit && isDigit(bytes[next])) next = (next + 1) | 0
  return next
}

/** The offset of the first of the digits that end at `end`, or `end` if there are none. */
export function skipDigitsBack(bytes: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && end - at < 20 && isDigit(bytes[(at - 1) | 0])) at -= 1
  return at
}

/** Where the text of a line ends: a carriage return before the newline is none of it. */
export function textEnd(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[(end - 1) | 0] === 13 ? end - 1 : end
}
