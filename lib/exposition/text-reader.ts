import { isUtf8 } from 'node:buffer'
import { BACKSLASH, LETTER_N, QUOTE } from './bytes.ts'
import { LineProblem, quote } from './exposition-error.ts'

/** The bytes as text; they must be UTF-8. */
export function readText(bytes: Buffer, from: number, to: number, what: string): string {
  for (let at = from; at < to; at++) {
    if (bytes[at]! < 0x80) continue
    const part = bytes.subarray(from, to)
    if (isUtf8(part)) return part.toString('utf8')
    throw new LineProblem(`${what} ${quote(part.toString('latin1'))} is not UTF-8`)
  }
  return bytes.toString('latin1', from, to)
}

/**
 * Where a quoted text ends: at its closing quote.
 *
 * @param from behind the opening quote
 */
export function endOfQuoted(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  if (at >= to) throw new LineProblem('a quote is not closed')
  return at
}

/** A quoted text without its escapes: `\\`, `\"` and `\n`; a backslash before anything else stands for itself. */
export function readEscaped(bytes: Buffer, from: number, to: number, what: string): string {
  const text = readText(bytes, from, to, what)
  return text.includes('\\') ? text.replace(/\\([\\"n])/g, withoutEscape) : text
}

/** A help text without its escapes; in text 0.0.4 a quote has none. */
export function readHelp(bytes: Buffer, from: number, to: number, isOpenMetrics: boolean): string {
  const text = readText(bytes, from, to, 'the help text')
  return text.includes('\\') ? text.replace(isOpenMetrics ? /\\([\\"n])/g : /\\([\\n])/g, withoutEscape) : text
}

function withoutEscape(_match: string, character: string): string {
  return character.charCodeAt(0) === LETTER_N ? '\n' : character
}
