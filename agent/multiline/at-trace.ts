import { isFrame, opensBlock } from './at-frame.ts'
import { beginsWithException, namesException } from './exception-name.ts'
import { CLOSED, type Phase } from './phase.ts'
import {
  ascii,
  BRACE_END,
  BRACKET_END,
  COLON,
  DASH,
  endsWith,
  findInHead,
  hasAnyAt,
  hasAt,
  isBlank,
  isDigit,
  isText,
  SPACE,
  skipBlanks,
} from './text.ts'

/** Behind a frame. */
const FRAMES: Phase = 1
/** Behind the text of a cause, whose frames are to come. */
const HEADER: Phase = 2
/** Within the properties of an error of Node.js, which are indented and end in a brace. */
const BLOCK: Phase = 3
/** Behind that brace. */
const ENDED: Phase = 4
/** In the list behind `Require stack:`. */
const REQUIRE: Phase = 5
/** In the comparison that an assertion of Node.js writes between its message and its frames. */
const COMPARISON: Phase = 6

const CAUSED_BY = ascii('Caused by: ')
const WRAPPED_BY = ascii('Wrapped by: ')
const SUPPRESSED = ascii('Suppressed: ')
const INNER = ascii('---> ')
const END_OF = ascii('--- End of ')
const CIRCULAR = ascii('[CIRCULAR REFERENCE')
const ELIDED = ascii('... ')
const SOURCE = ascii('at [Source: ')
const DETAILS = [ascii('Detail: '), ascii('Hint: '), ascii('Position: '), ascii('Where: ')]
const SERVER_ERROR = ascii('Exception: ERROR: ')
const REQUIRE_STACK = ascii('Require stack:')
const ITEM = ascii('- ')
const NO_MODULE = ascii('Cannot find module ')
const ERROR_BLOCK = ascii('] {')
const ASSERTION = ascii('AssertionError: ')
const CODED_ASSERTION = ascii('AssertionError [')
const UNEQUAL = ascii(' !== ')
const LOOSELY_UNEQUAL = ascii(' != ')

/** Traces of Java, Kotlin, Scala, .NET and V8: the text of an exception, frames that begin with `at`, causes. */
export function openAt(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (isFrame(next, start, end)) {
    const belongs =
      beginsWithException(first, firstStart, firstEnd) ||
      namesException(first, firstStart, firstEnd) ||
      isCause(first, firstStart, firstEnd) ||
      isFrame(first, firstStart, firstEnd)
    return belongs ? behindFrame(next, start, end) : CLOSED
  }
  if (start === end) return isComparison(first, firstStart, firstEnd) ? COMPARISON : CLOSED
  if (!isBlank(next[start])) {
    if (isCause(next, start, end)) return beginsWithException(first, firstStart, firstEnd) ? HEADER : CLOSED
    if (!isText(next, start, end, REQUIRE_STACK)) return CLOSED
    const isMissing = findInHead(first, firstStart, firstEnd, NO_MODULE) >= 0
    return isMissing && namesException(first, firstStart, firstEnd) ? REQUIRE : CLOSED
  }
  const at = skipBlanks(next, start, end)
  if (hasAt(next, at, end, INNER) || hasAt(next, at, end, SOURCE))
    return namesException(first, firstStart, firstEnd) ? HEADER : CLOSED
  if (isElided(next, at, end)) return isCause(first, firstStart, firstEnd) ? FRAMES : CLOSED
  if (hasAnyAt(next, at, end, DETAILS))
    return findInHead(first, firstStart, firstEnd, SERVER_ERROR) < 0 ? CLOSED : HEADER
  // `[Error: ENOENT: …] {` is an error without frames, and what follows are its properties.
  if (endsWith(first, firstStart, firstEnd, ERROR_BLOCK) && at - start >= 2)
    return namesException(first, firstStart, firstEnd) ? BLOCK : CLOSED
  return CLOSED
}

/** What an `at` trace takes next. */
export function continueAt(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  if (phase === BLOCK) return continueBlock(bytes, start, end)
  if (phase === ENDED) return CLOSED
  if (isFrame(bytes, start, end)) return behindFrame(bytes, start, end)
  if (phase === COMPARISON) return isCompared(bytes, start, end) ? COMPARISON : CLOSED
  if (start === end) return CLOSED
  if (phase === REQUIRE) return hasAt(bytes, start, end, ITEM) ? REQUIRE : CLOSED
  const at = skipBlanks(bytes, start, end)
  if (isCause(bytes, start, end) || hasAt(bytes, at, end, INNER)) return behindText(bytes, at, end)
  if (hasAt(bytes, at, end, END_OF)) return FRAMES
  if (at > start) {
    if (isElided(bytes, at, end)) return behindFrame(bytes, start, end)
    if (hasAt(bytes, at, end, CIRCULAR)) return FRAMES
  } else if (isText(bytes, start, end, REQUIRE_STACK)) return phase === HEADER ? REQUIRE : CLOSED
  // Further lines of the text of a cause are known by nothing but that they are indented and its frames are due.
  return phase === HEADER && at > start ? HEADER : CLOSED
}

/** The phase behind the text of an exception that is known to belong to an open trace. */
export function behindText(bytes: Buffer, start: number, end: number): Phase {
  if (opensBlock(bytes, start, end)) return BLOCK
  return isComparison(bytes, start, end) ? COMPARISON : HEADER
}

/** Whether a line introduces the cause of the trace before it, or something that was suppressed by it. */
export function isCause(bytes: Buffer, start: number, end: number): boolean {
  const at = skipBlanks(bytes, start, end)
  if (hasAt(bytes, at, end, CAUSED_BY) || hasAt(bytes, at, end, WRAPPED_BY)) return true
  return at > start && hasAt(bytes, at, end, SUPPRESSED)
}

function behindFrame(bytes: Buffer, start: number, end: number): Phase {
  return opensBlock(bytes, start, end) ? BLOCK : FRAMES
}

function continueBlock(bytes: Buffer, start: number, end: number): Phase {
  if (start === end) return CLOSED
  if (end - start > 1 && bytes[start] === SPACE && bytes[start + 1] === SPACE) return BLOCK
  return bytes[start] === BRACE_END || bytes[start] === BRACKET_END ? ENDED : CLOSED
}

/** `... 12 more`, `... 12 common frames omitted`, `... 5 lines matching cause stack trace ...` */
function isElided(bytes: Buffer, at: number, end: number): boolean {
  return hasAt(bytes, at, end, ELIDED) && at + ELIDED.length < end && isDigit(bytes[at + ELIDED.length])
}

function isComparison(bytes: Buffer, start: number, end: number): boolean {
  return bytes[end - 1] === COLON && (hasAt(bytes, start, end, ASSERTION) || hasAt(bytes, start, end, CODED_ASSERTION))
}

/** A blank line, a line of a difference, or `1 !== 2`. */
function isCompared(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return true
  const sign = bytes[start]
  if ((sign === 43 || sign === DASH) && (end - start === 1 || bytes[start + 1] === SPACE)) return true
  if (sign === SPACE && end - start > 1 && bytes[start + 1] === SPACE) return true
  return findInHead(bytes, start, end, UNEQUAL) >= 0 || findInHead(bytes, start, end, LOOSELY_UNEQUAL) >= 0
}
