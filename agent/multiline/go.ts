import { CLOSED, type Phase } from './phase.ts'
import {
  ascii,
  BRACE,
  BRACKET_END,
  COLON,
  DOT,
  endsWith,
  findInHead,
  HEAD_BYTES,
  hasAt,
  isDigit,
  isLower,
  isUpper,
  PARENTHESIS,
  PARENTHESIS_END,
  SLASH,
  SPACE,
  skipBlanks,
  skipDigits,
  TAB,
  TAIL_BYTES,
} from './text.ts'

/** Behind `panic: …` or `fatal error: …`; the goroutines are to come. */
const HEAD: Phase = 1
/** Behind a goroutine's header or the place of a function: a function is due. */
const FUNCTION: Phase = 2
/** Behind a function: its place is due. */
const PLACE: Phase = 3
/** Behind the blank line between two goroutines. */
const BLANK: Phase = 4
/** The same for stacks that have no parentheses behind functions, as structured loggers write them. */
const BARE_FUNCTION: Phase = 5
const BARE_PLACE: Phase = 6
const ENDED: Phase = 7

const PANIC = ascii('panic: ')
const FATAL = ascii('fatal error: ')
const RUNTIME = ascii('runtime: ')
const FAULT = ascii('unexpected fault address ')
const SIGNAL_NAME = ascii('SIG')
const SIGNAL = ascii('[signal ')
const COUNTER = ascii('PC=0x')
const GOROUTINE = ascii('goroutine ')
const RUNTIME_STACK = ascii('runtime stack:')
const CREATED_BY = ascii('created by ')
const ORIGIN = ascii('[originating from goroutine ')
const ELIDED = ascii('...')
const ELIDED_END = ascii('frames elided...')
const EXIT_STATUS = ascii('exit status ')
const PANIC_CALL = ascii('panic(')
const PANIC_WORD = ascii('panic')
const FATAL_WORD = ascii('fatal error')
const HEXADECIMAL = ascii('0x')

/** Panics, fatal errors and stacks of Go: the words, then goroutines with a function and its place in turns. */
export function openGo(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (isGoroutine(next, start, end)) {
    const tells =
      findInHead(first, firstStart, firstEnd, PANIC_WORD) >= 0 ||
      findInHead(first, firstStart, firstEnd, FATAL_WORD) >= 0
    return tells ? FUNCTION : CLOSED
  }
  if (isGoroutine(first, firstStart, firstEnd)) return isCall(next, start, end) ? PLACE : CLOSED
  if (isPlace(next, start, end) && isBareFunction(first, firstStart, firstEnd)) return BARE_FUNCTION
  if (!isGoHeader(first, firstStart, firstEnd)) return CLOSED
  // Only these two end in a blank line, and others say so often that they would take every blank line with them.
  if (start === end)
    return hasAt(first, firstStart, firstEnd, PANIC) || hasAt(first, firstStart, firstEnd, FATAL) ? HEAD : CLOSED
  return continueHead(next, start, end)
}

/** What such a trace takes next. */
export function continueGo(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  switch (phase) {
    case HEAD:
      return start === end ? HEAD : continueHead(bytes, start, end)
    case PLACE:
      return bytes[start] === TAB && start < end ? FUNCTION : CLOSED
    case BARE_PLACE:
      return isPlace(bytes, start, end) ? BARE_FUNCTION : CLOSED
    case BARE_FUNCTION:
      return isBareFunction(bytes, start, end) ? BARE_PLACE : CLOSED
    case ENDED:
      return CLOSED
    default:
      return phase === BLANK ? behindBlank(bytes, start, end) : continueStack(bytes, start, end)
  }
}

/** Whether a line begins what the runtime writes when it gives up. */
export function isGoHeader(bytes: Buffer, start: number, end: number): boolean {
  return (
    hasAt(bytes, start, end, PANIC) ||
    hasAt(bytes, start, end, FATAL) ||
    hasAt(bytes, start, end, RUNTIME) ||
    hasAt(bytes, start, end, FAULT) ||
    isSignalName(bytes, start, end)
  )
}

/** `goroutine 12 gp=0x… [chan receive, 5 minutes]:` */
export function isGoroutine(bytes: Buffer, start: number, end: number): boolean {
  if (!hasAt(bytes, start, end, GOROUTINE) || bytes[end - 1] !== COLON || bytes[end - 2] !== BRACKET_END) return false
  const at = start + GOROUTINE.length
  const behind = skipDigits(bytes, at, end)
  return behind > at && bytes[behind] === SPACE
}

/** `example.com/shop/cart.(*Cart).Add`, and nothing else in the line. */
export function isBareFunction(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 3 || end - start > TAIL_BYTES || bytes[start] === SLASH) return false
  let isQualified = false
  for (let at = start; at < end; at = (at + 1) | 0) {
    const byte = bytes[at]!
    if (byte <= SPACE || byte === COLON || byte === 61 || byte === 34 || byte === BRACE) return false
    if (byte === DOT && at > start) isQualified = true
  }
  return isQualified && bytes[end - 1] !== DOT
}

/** `SIGQUIT: quit` */
function isSignalName(bytes: Buffer, start: number, end: number): boolean {
  if (!hasAt(bytes, start, end, SIGNAL_NAME)) return false
  let at = start + SIGNAL_NAME.length
  while (at < end && isUpper(bytes[at])) at += 1
  return at - start < 12 && at + 1 < end && bytes[at] === COLON && bytes[at + 1] === SPACE
}

function continueHead(bytes: Buffer, start: number, end: number): Phase {
  if (bytes[start] === TAB || hasAt(bytes, start, end, SIGNAL) || hasAt(bytes, start, end, COUNTER)) return HEAD
  if (isGoroutine(bytes, start, end) || hasAt(bytes, start, end, RUNTIME_STACK)) return FUNCTION
  return hasAt(bytes, start, end, FATAL) || hasAt(bytes, start, end, RUNTIME) ? HEAD : CLOSED
}

function continueStack(bytes: Buffer, start: number, end: number): Phase {
  if (start === end) return BLANK
  if (isCall(bytes, start, end) || hasAt(bytes, start, end, CREATED_BY)) return PLACE
  // The stack of a goroutine that runs elsewhere is one indented sentence.
  if (bytes[start] === TAB || hasAt(bytes, start, end, ORIGIN)) return FUNCTION
  if (hasAt(bytes, start, end, ELIDED) && endsWith(bytes, start, end, ELIDED_END)) return FUNCTION
  return behindBlank(bytes, start, end)
}

function behindBlank(bytes: Buffer, start: number, end: number): Phase {
  if (isGoroutine(bytes, start, end) || hasAt(bytes, start, end, RUNTIME_STACK)) return FUNCTION
  if (hasAt(bytes, start, end, EXIT_STATUS)) return ENDED
  return isRegister(bytes, start, end) ? BLANK : CLOSED
}

/** `main.(*Cart).Add(0xc000012345, {0x1, 0x2})`: a qualified name, at once a parenthesis, and one at the end. */
function isCall(bytes: Buffer, start: number, end: number): boolean {
  if (hasAt(bytes, start, end, PANIC_CALL)) return bytes[end - 1] === PARENTHESIS_END
  if (start >= end || bytes[end - 1] !== PARENTHESIS_END || bytes[start] === DOT) return false
  const limit = Math.min(end, start + HEAD_BYTES)
  let isQualified = false
  for (let at = start; at < limit; at = (at + 1) | 0) {
    const byte = bytes[at]
    if (byte === DOT) isQualified = true
    else if (byte === PARENTHESIS) return isQualified
    else if (byte === SPACE || byte === TAB || byte === COLON) return false
  }
  return false
}

/** `\t/src/cart.go:12`, `\t<autogenerated>:1 +0x1b` */
function isPlace(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== TAB || (bytes[start + 1] !== SLASH && bytes[start + 1] !== 60)) return false
  const limit = Math.min(end, start + HEAD_BYTES)
  for (let at = start; at < limit; at = (at + 1) | 0) {
    if (bytes[at] === COLON && isDigit(bytes[at + 1]) && at + 1 < end) return true
  }
  return false
}

/** `rip    0x46c3a1`, at the end of what a signal made the runtime write. */
function isRegister(bytes: Buffer, start: number, end: number): boolean {
  if (!isLower(bytes[start]) || end - start > 40) return false
  let at = start
  while (at < end && at - start < 6 && (isLower(bytes[at]) || isDigit(bytes[at]))) at += 1
  const value = skipBlanks(bytes, at, end)
  return value > at && hasAt(bytes, value, end, HEXADECIMAL)
}
