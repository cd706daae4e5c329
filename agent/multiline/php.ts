import { namesException } from './exception-name.ts'
import { CLOSED, type Phase } from './phase.ts'
import { ascii, DOT, findInHead, HASH, hasAt, isBlank, isText, SPACE, skipBlanks, skipDigits } from './text.ts'

/** Among numbered frames. */
const FRAMES: Phase = 1
/** Behind a blank line, which comes before the next exception of the chain. */
const BLANK: Phase = 2
/** Behind the text of that exception: its frames are announced. */
const NEXT: Phase = 3
const ENDED: Phase = 4
/** Among the frames of Xdebug, which repeat the name of the interpreter. */
const PREFIXED: Phase = 5

const STACK_TRACE = ascii('Stack trace:')
const PREFIXED_STACK_TRACE = ascii('PHP Stack trace:')
const PREFIXED_FRAME = ascii('PHP  ')
const MONOLOG = ascii('[stacktrace]')
const MONOLOG_OBJECT = ascii('[object] (')
const MONOLOG_PREVIOUS = ascii('[previous exception] [object] (')
const MONOLOG_END = ascii('"}')
const NEXT_WORD = ascii('Next ')
const THROWN_IN = ascii('thrown in ')
const UNCAUGHT = ascii('Uncaught ')
const PHP = ascii('PHP ')
const FATAL = ascii('Fatal error: ')

/** Traces of PHP: `… Uncaught X: text in file:line`, `Stack trace:`, `#0 …`, and what Monolog makes of them. */
export function openPhp(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (isText(next, start, end, STACK_TRACE)) {
    const tells = findInHead(first, firstStart, firstEnd, UNCAUGHT) >= 0 || namesException(first, firstStart, firstEnd)
    return tells ? FRAMES : CLOSED
  }
  if (isFrame(next, start, end)) return isText(first, firstStart, firstEnd, STACK_TRACE) ? FRAMES : CLOSED
  if (isText(next, start, end, MONOLOG))
    return findInHead(first, firstStart, firstEnd, MONOLOG_OBJECT) >= 0 ? FRAMES : CLOSED
  if (isText(next, start, end, PREFIXED_STACK_TRACE)) return hasAt(first, firstStart, firstEnd, PHP) ? PREFIXED : CLOSED
  return CLOSED
}

/** What such a trace takes next. */
export function continuePhp(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  switch (phase) {
    case FRAMES:
      if (isFrame(bytes, start, end)) return FRAMES
      if (start === end) return BLANK
      return behindFrames(bytes, start, end)
    case BLANK:
      return hasAt(bytes, start, end, NEXT_WORD) ? NEXT : behindFrames(bytes, start, end)
    case NEXT:
      return isText(bytes, start, end, STACK_TRACE) || isText(bytes, start, end, MONOLOG) ? FRAMES : CLOSED
    case PREFIXED:
      return isPrefixedFrame(bytes, start, end) ? PREFIXED : CLOSED
    default:
      return CLOSED
  }
}

/** Whether a line begins as the interpreter's own messages do which a trace can follow. */
export function isPhpHeader(bytes: Buffer, start: number, end: number): boolean {
  if (isText(bytes, start, end, STACK_TRACE) || hasAt(bytes, start, end, PHP)) return true
  return hasAt(bytes, start, end, FATAL) && findInHead(bytes, start, end, UNCAUGHT) >= 0
}

function behindFrames(bytes: Buffer, start: number, end: number): Phase {
  if (hasAt(bytes, start, end, MONOLOG_PREVIOUS)) return NEXT
  if (hasAt(bytes, start, end, MONOLOG_END)) return ENDED
  return isBlank(bytes[start]) && hasAt(bytes, skipBlanks(bytes, start, end), end, THROWN_IN) ? ENDED : CLOSED
}

/** `#12 /app/x.php(3): f()`, `#13 {main}` */
function isFrame(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || bytes[start] !== HASH) return false
  const at = skipDigits(bytes, start + 1, end)
  return at > start + 1 && at < end && bytes[at] === SPACE
}

/** `PHP   1. {main}() /app/x.php:0` */
function isPrefixedFrame(bytes: Buffer, start: number, end: number): boolean {
  if (!hasAt(bytes, start, end, PREFIXED_FRAME)) return false
  const at = skipBlanks(bytes, start + PREFIXED_FRAME.length, end)
  const behind = skipDigits(bytes, at, end)
  return behind > at && behind < end && bytes[behind] === DOT
}
