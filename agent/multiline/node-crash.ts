import { behindText, continueAt } from './at-trace.ts'
import { CLOSED, type Phase } from './phase.ts'
import {
  ascii,
  BRACE,
  BRACKET,
  COLON,
  DOT,
  HEAD_BYTES,
  hasAt,
  isBlank,
  isDigit,
  isLower,
  SLASH,
  SPACE,
  skipBlanks,
  skipDigitsBack,
} from './text.ts'

/** Behind the line of the source that threw; a line with carets is due. */
const SOURCE: Phase = 1
/** Behind the carets; the text of the error is due, as a rule behind a blank line. */
const CARETS: Phase = 2
/** Behind a blank line that may have been the last but one: the version of Node.js may follow. */
const BLANK: Phase = 3
/** Behind the version. */
const ENDED: Phase = 4
/** From here on: the phases of the trace itself. */
const TRACE: Phase = 16

const NODE = ascii('node:')
const FILE = ascii('file://')
const VERSION = ascii('Node.js v')
const USE_NODE = ascii('(Use `node --')
const WARNING = ascii('(node:')
const CARET = 94
const TILDE = 126

/**
 * What Node.js writes about an error that nobody caught: where it was thrown, the line of source, carets, the trace,
 * its version. And its warnings, which say in a second line how to learn more.
 */
export function openCrash(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (hasAt(first, firstStart, firstEnd, WARNING)) return hasAt(next, start, end, USE_NODE) ? ENDED : CLOSED
  if (start === end || !isCrashHeader(first, firstStart, firstEnd)) return CLOSED
  // A line of source can be anything, but it is hardly another such place, or a log line in JSON, or one with its time.
  const sign = next[start]
  if (isDigit(sign) || sign === BRACE || sign === BRACKET || isCrashHeader(next, start, end)) return CLOSED
  return SOURCE
}

/** What such a report takes next. */
export function continueCrash(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  if (phase === SOURCE) return isCarets(bytes, start, end) ? CARETS : CLOSED
  if (phase === CARETS) return start === end ? CARETS : TRACE + behindText(bytes, start, end)
  if (phase === ENDED) return CLOSED
  if (hasAt(bytes, start, end, VERSION)) return ENDED
  if (phase === BLANK) return start === end ? BLANK : CLOSED
  const trace = continueAt(phase - TRACE, bytes, start, end)
  if (trace !== CLOSED) return TRACE + trace
  if (start === end) return BLANK
  return hasAt(bytes, start, end, USE_NODE) ? phase : CLOSED
}

/** A whole line that is a place: `/app/x.js:12`, `file:///app/x.mjs:12`, `node:internal/process/promises:394`. */
export function isCrashHeader(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > HEAD_BYTES) return false
  const isNode = hasAt(bytes, start, end, NODE)
  if (!isNode && bytes[start] !== SLASH && !hasAt(bytes, start, end, FILE)) return false
  // Modules have such names; of a digit there a place in a Ruby file would be made.
  if (isNode && !isLower(bytes[start + NODE.length])) return false
  const digits = skipDigitsBack(bytes, start, end)
  if (digits === end || digits - start < 6 || bytes[digits - 1] !== COLON) return false
  if (!isNode && !isScript(bytes, start, digits - 1)) return false
  for (let at = start; at < digits; at = (at + 1) | 0) {
    if (bytes[at] === SPACE) return false
  }
  return true
}

/** Whether a path ends in `.js`, `.mjs`, `.cts`, `.tsx` or the like. */
function isScript(bytes: Buffer, start: number, end: number): boolean {
  let at = end - 1
  const last = bytes[at]
  if (last !== 115 && last !== 120) return false
  while (at > start && end - at < 4 && isLower(bytes[at])) at -= 1
  return bytes[at] === DOT && end - at > 2
}

/** Nothing but carets and tildes, indented or not. Other runtimes point at code in the same way. */
export function isCarets(bytes: Buffer, start: number, end: number): boolean {
  let at = skipBlanks(bytes, start, end)
  if (at === end || end - at > HEAD_BYTES) return false
  while (at < end && (bytes[at] === CARET || bytes[at] === TILDE || isBlank(bytes[at]))) at = (at + 1) | 0
  return at === end
}
