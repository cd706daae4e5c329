import {
  ascii,
  BRACKET,
  COLON,
  DOT,
  endsWith,
  HEAD_BYTES,
  hasAt,
  isLower,
  isUpper,
  PARENTHESIS,
  SPACE,
  TAIL_BYTES,
} from './text.ts'

const ERROR = ascii('Error')
const EXCEPTION = ascii('Exception')
const THROWABLE = ascii('Throwable')
const TRACE = ascii('Trace')
const LETTER_E = 69
const LETTER_T = 84
/** Names are short; what goes on for longer is something else. */
const LONGEST_NAME_BYTES = 200

/** 1 for the bytes of which names consist: letters, digits, `_`, `$`, `.`, and whatever is not ASCII. */
const NAME_BYTES = nameBytes()

function nameBytes(): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of '_$.') table[character.charCodeAt(0)] = 1
  for (let byte = 48; byte < 58; byte += 1) table[byte] = 1
  for (let byte = 65; byte < 91; byte += 1) table[byte] = table[byte + 32] = 1
  return table.fill(1, 128)
}

/** The end of the dotted name that begins at an offset; names of Ruby have `::` inside. */
export function nameEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + LONGEST_NAME_BYTES)
  let at = start
  while (at < limit) {
    const byte = bytes[at]!
    if (NAME_BYTES[byte] === 1) at = (at + 1) | 0
    else if (byte === COLON && at + 2 < limit && bytes[at + 1] === COLON && isUpper(bytes[at + 2])) at = (at + 2) | 0
    else break
  }
  return at
}

/**
 * Whether the name in `bytes[start, end)` is one that an exception has: dotted and of a class (`a.b.OutOfStock`), or
 * with a word at its end that says so (`TypeError`).
 */
function isExceptionName(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 5 || !(isUpper(bytes[start]) || isLower(bytes[start]))) return false
  if (endsWith(bytes, start, end, ERROR) || endsWith(bytes, start, end, EXCEPTION)) return true
  if (endsWith(bytes, start, end, THROWABLE)) return true
  let at = end - 1
  while (at > start && bytes[at] !== DOT) at -= 1
  return at > start && isUpper(bytes[at + 1])
}

/** Whether a line begins as the text of an exception does: `name`, `name: message`, `Error [CODE]: message`. */
export function beginsWithException(bytes: Buffer, start: number, end: number): boolean {
  const at = nameEnd(bytes, start, end)
  return isHeaderName(bytes, start, at, end)
}

/** The same, for a name that was found to end at `at`. */
export function isHeaderName(bytes: Buffer, start: number, at: number, end: number): boolean {
  if (at < end) {
    const sign = bytes[at]
    if (sign === SPACE) {
      // `Error [ERR_X]: message` of Node.js, `NoMethodError (message):` of Rails.
      const next = at + 1 < end ? bytes[at + 1] : SPACE
      if (!(next === BRACKET || (next === PARENTHESIS && bytes[end - 1] === COLON))) return false
    } else if (sign !== COLON || (at + 1 < end && bytes[at + 1] !== SPACE)) return false
  }
  // `console.trace` writes `Trace: message`.
  return isExceptionName(bytes, start, at) || (at - start === 5 && at < end && hasAt(bytes, start, at, TRACE))
}

/** Whether there is the name of an exception anywhere in the head or the tail of a line. */
export function namesException(bytes: Buffer, start: number, end: number): boolean {
  const headEnd = Math.min(end, start + HEAD_BYTES)
  return findName(bytes, start, headEnd, end) || findName(bytes, Math.max(headEnd, end - TAIL_BYTES), end, end)
}

function findName(bytes: Buffer, from: number, to: number, end: number): boolean {
  for (let at = from; at < to; at = (at + 1) | 0) if (endsExceptionName(bytes, at, end)) return true
  return false
}

/** Whether the word at the end of an exception's name stands at an offset. */
export function endsExceptionName(bytes: Buffer, at: number, end: number): boolean {
  const byte = bytes[at]
  if (byte === LETTER_E) return endsWord(bytes, at, end, EXCEPTION) || endsWord(bytes, at, end, ERROR)
  return byte === LETTER_T && endsWord(bytes, at, end, THROWABLE)
}

/** `ErrorHandler` is no error. */
function endsWord(bytes: Buffer, at: number, end: number, text: Buffer): boolean {
  if (!hasAt(bytes, at, end, text)) return false
  const next = at + text.length
  return next === end || NAME_BYTES[bytes[next]!] === 0
}
