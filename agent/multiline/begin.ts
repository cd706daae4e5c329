import { isCause } from './at-trace.ts'
import { canFollow } from './can-follow.ts'
import { isHeaderName, nameEnd } from './exception-name.ts'
import { isBareFunction, isGoHeader, isGoroutine } from './go.ts'
import { isCrashHeader } from './node-crash.ts'
import { isPhpHeader } from './php.ts'
import { isFileLine, isGroupHeader, isTraceback } from './python.ts'
import { isRubyPlace } from './ruby.ts'
import { isBacktrace, isPanic } from './rust.ts'
import {
  ascii,
  BRACE,
  BRACKET,
  COLON,
  hasAt,
  isBlank,
  isDigit,
  isUpper,
  PARENTHESIS,
  SLASH,
  SPACE,
  skipBlanks,
  textEnd,
} from './text.ts'

/** What a first byte leaves open. */
const NEVER = 0
const WORD = 1
const SIGN = 2

/** By first byte: most log lines begin with a digit, a brace or a bracket, and are done with one look at this. */
const FIRST_BYTES = firstBytes()

/** By first byte, how long the first word is of the sentences that begin with it: bit n for n letters. */
const SENTENCES = sentences()

const IN_THREAD = ascii('Exception in thread ')
const IGNORED = ascii('Exception ignored in')
const UNHANDLED = ascii('Unhandled ')
const UNCAUGHT = ascii('Uncaught ')
const NODE_WARNING = ascii('(node:')
const DASH = 45

function firstBytes(): Uint8Array {
  const table = new Uint8Array(256)
  for (let byte = 65; byte < 91; byte += 1) table[byte] = table[byte + 32] = WORD
  for (const sign of [SPACE, SLASH, PARENTHESIS, BRACKET]) table[sign] = SIGN
  table[95] = WORD
  return table
}

function sentences(): Uint16Array {
  const table = new Uint16Array(256)
  for (const word of 'Caused Wrapped Exception Fatal PHP Stack Traceback Unhandled Uncaught'.split(' '))
    table[word.charCodeAt(0)]! |= 1 << word.length
  for (const word of 'fatal unexpected goroutine stack thread'.split(' '))
    table[word.charCodeAt(0)]! |= 1 << word.length
  return table
}

/**
 * Whether a line can begin a trace, so that only the line behind it tells. A line that cannot is decided by at most
 * the length of its first word.
 */
export function mayBeginTrace(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end) return false
  const kind = FIRST_BYTES[bytes[start]!]
  if (kind === NEVER) return false
  // Looked at only now: the end of a line is far from its begin, and most lines are decided.
  const behind = textEnd(bytes, start, end)
  return kind === WORD ? mayBeginWithWord(bytes, start, behind) : mayBeginWithSign(bytes, start, behind)
}

function mayBeginWithWord(bytes: Buffer, start: number, end: number): boolean {
  const at = nameEnd(bytes, start, end)
  if (at === end) return isHeaderName(bytes, start, at, end) || isBareFunction(bytes, start, end)
  switch (bytes[at]) {
    case SPACE:
      if (((SENTENCES[bytes[start]!]! >> (at - start)) & 1) === 1 && mayBeginWithWords(bytes, start, end)) return true
      return isHeaderName(bytes, start, at, end)
    case COLON:
      if (isHeaderName(bytes, start, at, end)) return true
      if (at + 1 === end || bytes[at + 1] === SPACE) return isGoHeader(bytes, start, end)
      return isDigit(bytes[at + 1]) ? isRubyPlace(bytes, start, end) : isCrashHeader(bytes, start, end)
    case SLASH:
    case PARENTHESIS:
    case DASH:
      return isBareFunction(bytes, start, end) || isRubyPlace(bytes, start, end)
    default:
      return false
  }
}

/** The beginnings that are sentences. */
function mayBeginWithWords(bytes: Buffer, start: number, end: number): boolean {
  switch (bytes[start]) {
    case 67: // C
    case 87: // W
      return isCause(bytes, start, end)
    case 69: // E
      return hasAt(bytes, start, end, IN_THREAD) || hasAt(bytes, start, end, IGNORED)
    case 70: // F
    case 80: // P
    case 83: // S
      return isPhpHeader(bytes, start, end)
    case 84: // T
      return isTraceback(bytes, start, end)
    case 85: // U
      return hasAt(bytes, start, end, UNHANDLED) || hasAt(bytes, start, end, UNCAUGHT)
    case 102: // f
    case 117: // u
      return isGoHeader(bytes, start, end)
    case 103: // g
      return isGoroutine(bytes, start, end)
    case 115: // s
      return isBacktrace(bytes, start, end)
    case 116: // t
      return isPanic(bytes, start, end)
    default:
      return false
  }
}

function mayBeginWithSign(bytes: Buffer, start: number, end: number): boolean {
  switch (bytes[start]) {
    case SLASH:
      return isCrashHeader(bytes, start, end) || isRubyPlace(bytes, start, end)
    case PARENTHESIS:
      return hasAt(bytes, start, end, NODE_WARNING)
    case BRACKET:
      // `[Error: ENOENT: …] {`
      return bytes[end - 1] === BRACE && isUpper(bytes[start + 1])
    default:
      return mayBeginIndented(bytes, start, end)
  }
}

function mayBeginIndented(bytes: Buffer, start: number, end: number): boolean {
  const at = skipBlanks(bytes, start, end)
  if (at >= end) return false
  const sign = bytes[at]!
  if (sign === 43) return isGroupHeader(bytes, start, end)
  if (FIRST_BYTES[sign] !== WORD) return false
  if (sign === 70 && isFileLine(bytes, start, end)) return true
  return isHeaderName(bytes, at, nameEnd(bytes, at, end), end)
}

/** By the first byte behind the blanks: which lines that are indented can be a second line, whatever the first one is. */
const INDENTED_BYTES = indentedBytes()

function indentedBytes(): Uint8Array {
  const table = new Uint8Array(256)
  for (const sign of 'a-.Ff|+DHPW/<0123456789') table[sign.charCodeAt(0)] = 1
  return table
}

/**
 * Whether the grammars are asked about two lines. They are not where a reader would not have asked, so that it is the
 * same whether it does. Pretty-printed JSON is indented as frames are, and would be asked about by all of them.
 */
export function canOpen(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): boolean {
  if (firstStart >= firstEnd) return false
  // A record in JSON would not be readable any more with other lines behind it.
  if (first[firstStart] === BRACE) return false
  if (!canFollow(next, start, end)) return mayBeginTrace(first, firstStart, firstEnd)
  if (!isBlank(next[start])) return true
  const at = skipBlanks(next, start, end)
  if (at === end || INDENTED_BYTES[next[at]!] === 1) return true
  return first[firstEnd - 1] === BRACE || mayBeginTrace(first, firstStart, firstEnd)
}
