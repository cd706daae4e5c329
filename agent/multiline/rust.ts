import { CLOSED, type Phase } from './phase.ts'
import {
  ascii,
  COLON,
  findInHead,
  hasAt,
  isBlank,
  isText,
  SPACE,
  skipBlanks,
  skipDigits,
  skipDigitsBack,
} from './text.ts'

/** Behind `panicked at …` and the message: values that differ, a note or a backtrace can follow. */
const MESSAGE: Phase = 1
/** Among numbered frames and their places. */
const FRAMES: Phase = 2
/** Behind the blank line after `Error: …`. */
const BLANK: Phase = 3
/** Among the causes of an error, which are indented. */
const CAUSES: Phase = 4
const ENDED: Phase = 5

const THREAD = ascii("thread '")
const PANICKED = ascii(' panicked at ')
const NOTE = ascii('note: ')
const BACKTRACE = ascii('stack backtrace:')
const ERROR = ascii('Error: ')
const CAUSED_BY = ascii('Caused by:')
const LOCATION = ascii('Location:')
const ERROR_BACKTRACE = ascii('Stack backtrace:')
const LEFT = ascii('left: ')
const RIGHT = ascii('right: ')
const AT = ascii('at ')
const OMITTED = ascii('[... omitted ')

/** Panics of Rust with their backtraces, and errors that end `main` with their causes. */
export function openRust(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (isPanic(first, firstStart, firstEnd)) {
    // With a place at its end the header says nothing else, and the message is the next line, whatever it is.
    return endsInPlace(first, firstStart, firstEnd) ? MESSAGE : continueMessage(next, start, end)
  }
  if (start === end) return hasAt(first, firstStart, firstEnd, ERROR) ? BLANK : CLOSED
  return isText(first, firstStart, firstEnd, BACKTRACE) && isFrame(next, start, end) ? FRAMES : CLOSED
}

/** What such a trace takes next. */
export function continueRust(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  switch (phase) {
    case MESSAGE:
      return continueMessage(bytes, start, end)
    case FRAMES:
      if (isFrame(bytes, start, end)) return FRAMES
      return hasAt(bytes, start, end, NOTE) ? ENDED : CLOSED
    case BLANK:
      if (isText(bytes, start, end, CAUSED_BY) || isText(bytes, start, end, LOCATION)) return CAUSES
      return isText(bytes, start, end, ERROR_BACKTRACE) ? FRAMES : CLOSED
    case CAUSES:
      if (start === end) return BLANK
      return isBlank(bytes[start]) && skipBlanks(bytes, start, end) - start >= 3 ? CAUSES : CLOSED
    default:
      return CLOSED
  }
}

/** `thread 'main' (1234) panicked at …` */
export function isPanic(bytes: Buffer, start: number, end: number): boolean {
  return hasAt(bytes, start, end, THREAD) && findInHead(bytes, start, end, PANICKED) >= 0
}

/** Whether a line announces frames that the message before it did not lead to. */
export function isBacktrace(bytes: Buffer, start: number, end: number): boolean {
  return isText(bytes, start, end, BACKTRACE)
}

function continueMessage(bytes: Buffer, start: number, end: number): Phase {
  if (isText(bytes, start, end, BACKTRACE)) return FRAMES
  if (hasAt(bytes, start, end, NOTE)) return ENDED
  if (start === end || bytes[start] !== SPACE) return CLOSED
  const at = skipBlanks(bytes, start, end)
  return hasAt(bytes, at, end, LEFT) || hasAt(bytes, at, end, RIGHT) ? MESSAGE : CLOSED
}

/** `:3:5:` */
function endsInPlace(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 1] !== COLON) return false
  const column = skipDigitsBack(bytes, start, end - 1)
  if (column === end - 1 || bytes[column - 1] !== COLON) return false
  const line = skipDigitsBack(bytes, start, column - 1)
  return line < column - 1 && bytes[line - 1] === COLON
}

/** `   3: name`, `             at /src/x.rs:1:2`, `      [... omitted 2 frames ...]` */
function isFrame(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || bytes[start] !== SPACE) return false
  const at = skipBlanks(bytes, start, end)
  if (hasAt(bytes, at, end, AT) || hasAt(bytes, at, end, OMITTED)) return at - start > 5
  const behind = skipDigits(bytes, at, end)
  return behind > at && behind + 1 < end && bytes[behind] === COLON && bytes[behind + 1] === SPACE
}
