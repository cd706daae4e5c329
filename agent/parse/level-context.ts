import { VALUE_ONLY, WEAK } from '#lib/parse/severity.ts'

/** What a byte is in a text; a word is a run of those that share a bit with {@link WORD}. */
export const UPPER = 1
export const LOWER = 2
export const DIGIT = 4
/** `_`, `-` and everything that is not ASCII: they belong to a word, and no level contains them. */
const OTHER = 8
export const WORD = UPPER | LOWER | DIGIT | OTHER
/** The begin of a terminal's colour. */
export const ESCAPE = 16

const SPACE = 32
const DASH = 45
const QUOTE = 34
const DOT = 46
const COLON = 58
const EQUALS = 61
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const CAPITAL_Z = 90
const SMALL_F = 102
const SMALL_M = 109
const ESC = 27

const KINDS = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 65 && byte <= 90) KINDS[byte] = UPPER
  else if (byte >= 97 && byte <= 122) KINDS[byte] = LOWER
  else if (byte >= 48 && byte <= 57) KINDS[byte] = DIGIT
  else if (byte >= 128 || byte === 95 || byte === 45) KINDS[byte] = OTHER
}
KINDS[ESC] = ESCAPE

/** Set in {@link MARKS} for bytes that may stand before or behind a level in capitals. */
const BEFORE = 1
const BEHIND = 2
/** Set for bytes that enclose a level in any case. */
const OPENS = 4
const CLOSES = 8
const MARKS = new Uint8Array(256)
for (const byte of Buffer.from(' \t\r\n[(<|,;:>]')) MARKS[byte] = MARKS[byte]! | BEFORE
for (const byte of Buffer.from(' \t\r\n])>|,;:/[')) MARKS[byte] = MARKS[byte]! | BEHIND
for (const byte of Buffer.from('[<|\t')) MARKS[byte] = MARKS[byte]! | OPENS
for (const byte of Buffer.from(']>|\t')) MARKS[byte] = MARKS[byte]! | CLOSES
MARKS[ESC] = BEHIND | CLOSES

/** Blanks that pad a level within its brackets: `[INFO ]`, `|  WARN |`. */
const MOST_PADDING = 8

/** Behind the first word of `fatal error: `, Go's own last words. */
const ERROR_COLON = Buffer.from(' error: ')
/** What keys of a level end in, in any case. */
const KEY_ENDS = ['level', 'lvl', 'severity'].map((text) => Buffer.from(text))

/** What a byte is: one of the constants above, or 0 for a delimiter. */
export function kindOf(byte: number): number {
  return KINDS[byte]!
}

/** The offset behind the colour that begins at `start`: ESC, `[`, up to `m`. */
export function colourEnd(bytes: Buffer, start: number, limit: number): number {
  let at = start + 1
  if (at < limit && bytes[at] === OPEN_BRACKET) {
    while (at < limit && bytes[at] !== SMALL_M) at += 1
  }
  return Math.min(limit, at + 1)
}

/**
 * Whether a word that can be a level is one where it stands in the body from `start` to `end`.
 *
 * - In capitals: between blanks or punctuation; a word that is also an ordinary one must be enclosed, or before a
 *   colon or a bracket (`LOG:`, `LOG [App]`).
 * - In small letters: enclosed (`[error]`, `|info|`, between tabs, in colour), or before a colon and a blank with no prose
 *   before it (`error: `, `10:00:00 warn: `, but not `this is an error: `).
 * - As a value: `level=error`.
 * - One letter: only `[E]`, or `[E 2026…` at the begin.
 *
 * @param word what `severityWord` returned
 * @param kinds which kinds of bytes the word holds
 * @param isColoured whether a colour ends where the word begins
 */
export function isLevel(
  word: number,
  kinds: number,
  bytes: Buffer,
  start: number,
  wordStart: number,
  wordEnd: number,
  end: number,
  isColoured: boolean,
): boolean {
  if ((word & VALUE_ONLY) !== 0) return false
  const before = wordStart === start ? SPACE : bytes[wordStart - 1]!
  const behind = wordEnd === end ? SPACE : bytes[wordEnd]!
  if (before === EQUALS || before === QUOTE) {
    return isValue(bytes, start, wordStart) || (wordStart === start + 1 && behind === SPACE)
  }
  if (wordEnd - wordStart === 1) return isLetter(kinds, bytes, start, wordStart, wordEnd, end)
  if ((kinds & LOWER) !== 0) {
    if (isEnclosed(bytes, start, wordStart, wordEnd, end, isColoured)) return true
    if ((word & WEAK) !== 0) return false
    // Apache: `[core:error]`
    if (before === COLON && behind === CLOSE_BRACKET) return true
    return isHeading(bytes, start, wordStart, wordEnd, end) || isGoFatal(bytes, start, wordStart, wordEnd, end)
  }
  // Monolog: `app.ERROR: `
  const mayBegin = isColoured || (MARKS[before]! & BEFORE) !== 0 || (before === DOT && behind === COLON)
  if (!mayBegin || (MARKS[behind]! & BEHIND) === 0) return false
  if ((word & WEAK) === 0 || behind === COLON) return true
  return (
    markBehind(bytes, wordEnd, end) === OPEN_BRACKET || isEnclosed(bytes, start, wordStart, wordEnd, end, isColoured)
  )
}

/** Whether an opening mark, or a colour, is before the word and a closing one behind it, with padding. */
function isEnclosed(
  bytes: Buffer,
  start: number,
  wordStart: number,
  wordEnd: number,
  end: number,
  isColoured: boolean,
): boolean {
  if (!isColoured) {
    const at = beforeBlanks(bytes, start, wordStart)
    if (at < start || (MARKS[bytes[at]!]! & OPENS) === 0) return false
  }
  return (MARKS[markBehind(bytes, wordEnd, end)]! & CLOSES) !== 0
}

/** The first byte behind the padding behind the word; 0 if there is none. */
function markBehind(bytes: Buffer, wordEnd: number, end: number): number {
  const limit = Math.min(end, wordEnd + MOST_PADDING)
  let at = wordEnd
  while (at < limit && bytes[at] === SPACE) at += 1
  return at < end ? bytes[at]! : 0
}

/** Whether a colon and a blank follow the word, and no prose is before it: nothing, punctuation, or a time. */
function isHeading(bytes: Buffer, start: number, wordStart: number, wordEnd: number, end: number): boolean {
  if (wordEnd >= end || bytes[wordEnd] !== COLON) return false
  if (wordEnd + 1 < end && bytes[wordEnd + 1]! > SPACE) return false
  if (wordStart > start && (MARKS[bytes[wordStart - 1]!]! & BEFORE) === 0) return false
  const at = beforeBlanks(bytes, start, wordStart)
  if (at < start) return true
  const kind = KINDS[bytes[at]!]!
  if (kind === UPPER) return bytes[at] === CAPITAL_Z && at > start && KINDS[bytes[at - 1]!] === DIGIT
  return kind !== LOWER && (kind !== OTHER || bytes[at] === DASH)
}

/** The offset of the last byte before the padding before the word. */
function beforeBlanks(bytes: Buffer, start: number, wordStart: number): number {
  const limit = Math.max(start, wordStart - MOST_PADDING)
  let at = wordStart - 1
  while (at >= limit && bytes[at] === SPACE) at -= 1
  return at
}

function isGoFatal(bytes: Buffer, start: number, wordStart: number, wordEnd: number, end: number): boolean {
  if (wordEnd + ERROR_COLON.length > end) return false
  if (wordStart !== start || wordEnd - wordStart !== 5 || bytes[wordStart] !== SMALL_F) return false
  for (let index = 0; index < ERROR_COLON.length; index++) {
    if (bytes[wordEnd + index] !== ERROR_COLON[index]) return false
  }
  return true
}

function isLetter(
  kinds: number,
  bytes: Buffer,
  start: number,
  wordStart: number,
  wordEnd: number,
  end: number,
): boolean {
  if (kinds !== UPPER || wordStart === start || bytes[wordStart - 1] !== OPEN_BRACKET || wordEnd + 1 >= end)
    return false
  if (bytes[wordEnd] === CLOSE_BRACKET) return true
  return wordStart === start + 1 && bytes[wordEnd] === SPACE && KINDS[bytes[wordEnd + 1]!] === DIGIT
}

/** Whether an equals sign, with or without a quote, and the key of a level stand before the word. */
export function isValue(bytes: Buffer, start: number, wordStart: number): boolean {
  const equals = bytes[wordStart - 1] === QUOTE ? wordStart - 2 : wordStart - 1
  if (equals < start || bytes[equals] !== EQUALS) return false
  for (let index = 0; index < KEY_ENDS.length; index++) {
    const key = KEY_ENDS[index]!
    const keyStart = equals - key.length
    if (keyStart >= start && endsInKey(bytes, keyStart, key)) return true
  }
  return false
}

function endsInKey(bytes: Buffer, keyStart: number, key: Buffer): boolean {
  for (let index = 0; index < key.length; index++) if ((bytes[keyStart + index]! | 32) !== key[index]) return false
  return true
}
