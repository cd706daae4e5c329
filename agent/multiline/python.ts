import { nameEnd } from './exception-name.ts'
import { isCarets } from './node-crash.ts'
import { CLOSED, type Phase } from './phase.ts'
import {
  ascii,
  COLON,
  DASH,
  endsWith,
  findInHead,
  hasAnyAt,
  hasAt,
  isDigit,
  isText,
  SPACE,
  skipBlanks,
  TAB,
} from './text.ts'

/** Among frames and their code, all indented; what is not ends them and names the exception. */
const FRAMES: Phase = 1
/** Behind the name of the exception. */
const ENDED: Phase = 2
/** Behind a blank line that came after that: only the link to another traceback can follow. */
const BLANK: Phase = 3
/** Behind that link. */
const LINK: Phase = 4
/** In a group, whose lines begin with a bar or a branch. */
const GROUP: Phase = 5

const TRACEBACK = ascii('Traceback (most recent call last):')
const GROUP_TRACEBACK = ascii('+ Exception Group Traceback (most recent call last):')
const FILE = ascii('  File "')
const LINE = ascii('", line ')
const CODE_INDENT = ascii('    ')
const IN_THREAD = ascii('Exception in thread ')
const IGNORED = ascii('Exception ignored in')
const DURING = ascii('During handling of the above exception, another exception occurred:')
const CAUSE = ascii('The above exception was the direct cause of the following exception:')
/** What SQLAlchemy and drivers of PostgreSQL write behind the text of their errors. */
const DETAILS = ['[SQL: ', '[parameters: ', '(Background on this error at: ', 'DETAIL:  ', 'HINT:  ', 'LINE '].map(
  ascii,
)
const BAR = 124
const PLUS = 43

/** Tracebacks of Python: frames, the exception, and the tracebacks that it is linked to. */
export function openPython(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (hasAt(next, start, end, FILE)) return endsWith(first, firstStart, firstEnd, TRACEBACK) ? FRAMES : CLOSED
  if (isGroupLine(next, start, end)) return isGroupHeader(first, firstStart, firstEnd) ? GROUP : CLOSED
  // A frame without a header: a syntax error, or what is left of a traceback whose begin was lost.
  if (next[start] === SPACE)
    return isFileLine(first, firstStart, firstEnd) && isCode(next, start, end) ? FRAMES : CLOSED
  if (!isText(next, start, end, TRACEBACK)) return CLOSED
  const announces = hasAt(first, firstStart, firstEnd, IN_THREAD) || hasAt(first, firstStart, firstEnd, IGNORED)
  return announces ? FRAMES : CLOSED
}

/** What a traceback takes next. */
export function continuePython(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  switch (phase) {
    case FRAMES:
      if (bytes[start] === SPACE && bytes[start + 1] === SPACE && start + 1 < end) return FRAMES
      return isException(bytes, start, end) ? ENDED : CLOSED
    case GROUP:
      if (start === end) return BLANK
      return isGroupLine(bytes, start, end) ? GROUP : CLOSED
    case ENDED:
      if (start === end) return BLANK
      if (bytes[start] === TAB || isDetail(bytes, start, end)) return ENDED
      return bytes[start] === SPACE && isCarets(bytes, start, end) ? ENDED : CLOSED
    case BLANK:
      if (isText(bytes, start, end, DURING) || isText(bytes, start, end, CAUSE)) return LINK
      return isDetail(bytes, start, end) ? ENDED : CLOSED
    default:
      if (start === end) return LINK
      if (isText(bytes, start, end, TRACEBACK)) return FRAMES
      return isGroupHeader(bytes, start, end) ? GROUP : CLOSED
  }
}

/** `  File "x.py", line 12` */
export function isFileLine(bytes: Buffer, start: number, end: number): boolean {
  if (!hasAt(bytes, start, end, FILE)) return false
  const at = findInHead(bytes, start, end, LINE)
  return at >= 0 && at + LINE.length < end && isDigit(bytes[at + LINE.length])
}

/** `  + Exception Group Traceback (most recent call last):` */
export function isGroupHeader(bytes: Buffer, start: number, end: number): boolean {
  return isText(bytes, skipBlanks(bytes, start, end), end, GROUP_TRACEBACK)
}

/** Whether a line ends as the header of a traceback: a framework may write its own words in front. */
export function isTraceback(bytes: Buffer, start: number, end: number): boolean {
  return endsWith(bytes, start, end, TRACEBACK)
}

function isCode(bytes: Buffer, start: number, end: number): boolean {
  return hasAt(bytes, start, end, CODE_INDENT)
}

/** `  | …`, `  +-+--- 1 ---`, `    +---`, always indented. */
function isGroupLine(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== SPACE || start >= end) return false
  const at = skipBlanks(bytes, start, end)
  if (at === end) return false
  return bytes[at] === BAR || (bytes[at] === PLUS && at + 1 < end && bytes[at + 1] === DASH)
}

/** `module.Name: text`, or the name alone. */
function isException(bytes: Buffer, start: number, end: number): boolean {
  const at = nameEnd(bytes, start, end)
  if (at === start || isDigit(bytes[start])) return false
  return at === end || (bytes[at] === COLON && (at + 1 === end || bytes[at + 1] === SPACE))
}

function isDetail(bytes: Buffer, start: number, end: number): boolean {
  return hasAnyAt(bytes, start, end, DETAILS)
}
