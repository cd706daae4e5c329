import {
  ascii,
  BRACE,
  BRACKET,
  COLON,
  DOT,
  endsWith,
  HEAD_BYTES,
  isBlank,
  isDigit,
  PARENTHESIS,
  PARENTHESIS_END,
  SPACE,
  skipBlanks,
  skipDigitsBack,
} from './text.ts'

const LETTER_A = 97
const LETTER_T = 116
const COMMA = 44
const UNDERSCORE = 95
const ANONYMOUS = ascii('<anonymous>')
const ANONYMOUS_END = ascii('<anonymous>)')
const NATIVE_END = ascii('native)')
const INDEX = ascii('(index ')

/**
 * Whether a line is a frame that begins with `at`, as Java, .NET and V8 write them. The word alone would also begin
 * prose, so what is behind it must be a place in code:
 *
 * - `\tat a.b.C.m(C.java:12) ~[x.jar:1.0]` and `   at A.B.M(String s) in /src/B.cs:line 12`: a name, and at once a parenthesis
 * - `    at async f (/x.js:1:2)`: a place in parentheses
 * - `    at /x.js:1:2`: a place alone
 */
export function isFrame(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || !isBlank(bytes[start])) return false
  const at = skipBlanks(bytes, start, end)
  if (end - at < 6 || bytes[at] !== LETTER_A || bytes[at + 1] !== LETTER_T || bytes[at + 2] !== SPACE) return false
  return isPlace(bytes, at + 3, end)
}

/** Whether a line of a frame or of an error ends in the begin of its properties: ` {`, or ` [` for its parts. */
export function opensBlock(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 3 || bytes[end - 2] !== SPACE) return false
  return bytes[end - 1] === BRACE || bytes[end - 1] === BRACKET
}

function isPlace(bytes: Buffer, start: number, end: number): boolean {
  const limit = Math.min(end, start + HEAD_BYTES)
  let at = start
  let isQualified = false
  while (at < limit) {
    const byte = bytes[at]
    if (byte === SPACE || byte === PARENTHESIS) break
    if (byte === DOT || byte === UNDERSCORE) isQualified = true
    at = (at + 1) | 0
  }
  if (at < limit && bytes[at] === PARENTHESIS && isQualified) {
    while (at < limit && bytes[at] !== PARENTHESIS_END) at = (at + 1) | 0
    // The arguments of a .NET method can be longer than what is looked at.
    return at < limit || limit < end
  }
  return isScriptPlace(bytes, start, end)
}

/** The places of V8, with or without parentheses; the last frame can be followed by a block or, in a list, by a comma. */
function isScriptPlace(bytes: Buffer, start: number, lineEnd: number): boolean {
  let end = lineEnd
  if (opensBlock(bytes, start, end)) end -= 2
  else if (bytes[end - 1] === COMMA) end -= 1
  if (bytes[end - 1] !== PARENTHESIS_END) {
    return !isDigit(bytes[start]) && (endsInLineAndColumn(bytes, start, end) || endsWith(bytes, start, end, ANONYMOUS))
  }
  if (endsInLineAndColumn(bytes, start, end - 1)) return true
  if (endsWith(bytes, start, end, ANONYMOUS_END) || endsWith(bytes, start, end, NATIVE_END)) return true
  // `async Promise.all (index 0)`
  const digits = skipDigitsBack(bytes, start, end - 1)
  return digits < end - 1 && endsWith(bytes, start, digits, INDEX)
}

/** `:12:34` */
function endsInLineAndColumn(bytes: Buffer, start: number, end: number): boolean {
  const column = skipDigitsBack(bytes, start, end)
  if (column === end || column - start < 3 || bytes[column - 1] !== COLON) return false
  const line = skipDigitsBack(bytes, start, column - 1)
  return line < column - 1 && line > start && bytes[line - 1] === COLON
}
