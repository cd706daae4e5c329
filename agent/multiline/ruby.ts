import { beginsWithException } from './exception-name.ts'
import { isCarets } from './node-crash.ts'
import { CLOSED, type Phase } from './phase.ts'
import { isTraceback } from './python.ts'
import {
  ascii,
  COLON,
  endsWith,
  HEAD_BYTES,
  hasAt,
  isBlank,
  isUpper,
  PARENTHESIS,
  PARENTHESIS_END,
  QUOTE,
  SLASH,
  SPACE,
  skipBlanks,
  skipDigits,
  TAB,
} from './text.ts'

/** Among frames that begin with `from`; the text of a cause can be between them. */
const FROM: Phase = 1
/** Among frames that are places alone, as loggers write them. */
const PLACES: Phase = 2
/** Among numbered frames, outermost first; the text of the exception ends them. */
const NUMBERED: Phase = 3
/** Behind the blank line before the code that failed. */
const SNIPPET: Phase = 4
/** Behind that code; carets are due. */
const CARETS: Phase = 5

const IN = ascii(':in ')
const FROM_WORD = ascii('from ')
const NUMBERED_FROM = ascii(': from ')
const ELIDED = ascii('... ')
const SUGGESTION = ascii('Did you mean?')
const LEVELS = ascii(' levels...')
const GRAVE = 96
const LONGEST_CLASS_BYTES = 120

/** Backtraces of Ruby: `x.rb:1:in 'f': text (Class)` and `from` lines, the reverse of it, and lists of places. */
export function openRuby(
  first: Buffer,
  firstStart: number,
  firstEnd: number,
  next: Buffer,
  start: number,
  end: number,
): Phase {
  if (isFrom(next, start, end))
    return isRubyPlace(first, firstStart, firstEnd) || isFrom(first, firstStart, firstEnd) ? FROM : CLOSED
  if (isNumbered(next, start, end)) return isTraceback(first, firstStart, firstEnd) ? NUMBERED : CLOSED
  if (start === end) return isText(first, firstStart, firstEnd) ? SNIPPET : CLOSED
  if (isBlank(next[start])) {
    // Rails: `NoMethodError (undefined method …):`, a line of blanks, places.
    const isRails = first[firstEnd - 1] === COLON && first[firstEnd - 2] === PARENTHESIS_END
    if (!isRails || skipBlanks(next, start, end) < end) return CLOSED
    return beginsWithException(first, firstStart, firstEnd) ? PLACES : CLOSED
  }
  if (!isRubyPlace(next, start, end)) return CLOSED
  // Behind a line that only ends in a class, a relative path would be taken for a place too easily.
  const isAbsolute = next[start] === SLASH
  const belongs = (isAbsolute && endsInClass(first, firstStart, firstEnd)) || isRubyPlace(first, firstStart, firstEnd)
  return belongs && !isText(next, start, end) ? PLACES : CLOSED
}

/** What a backtrace takes next. */
export function continueRuby(phase: Phase, bytes: Buffer, start: number, end: number): Phase {
  switch (phase) {
    case FROM:
      return isFrom(bytes, start, end) || isText(bytes, start, end) ? FROM : CLOSED
    case PLACES:
      return isRubyPlace(bytes, start, end) && !isText(bytes, start, end) ? PLACES : CLOSED
    case NUMBERED:
      if (isNumbered(bytes, start, end)) return NUMBERED
      return isText(bytes, start, end) ? FROM : CLOSED
    case SNIPPET:
      return start === end ? CLOSED : CARETS
    default:
      if (isCarets(bytes, start, end) || hasAt(bytes, start, end, SUGGESTION)) return CARETS
      return isFrom(bytes, start, end) ? FROM : CLOSED
  }
}

/** Whether a line begins with a place: `/app/x.rb:12:in 'Cart#add'`, with a grave accent before Ruby 3.4. */
export function isRubyPlace(bytes: Buffer, start: number, end: number): boolean {
  return placeEnd(bytes, start, end) > 0
}

/** Behind `:12:in ` of a place, or 0. */
function placeEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + HEAD_BYTES)
  if (isBlank(bytes[start])) return 0
  for (let at = start + 1; at < limit; at = (at + 1) | 0) {
    if (bytes[at] !== COLON) continue
    const behind = skipDigits(bytes, at + 1, end)
    if (behind === at + 1 || !hasAt(bytes, behind, end, IN)) continue
    const name = behind + IN.length
    return name < end && (bytes[name] === QUOTE || bytes[name] === GRAVE) ? name : 0
  }
  return 0
}

/** `x.rb:12:in 'add': text (Class)` */
function isText(bytes: Buffer, start: number, end: number): boolean {
  return endsInClass(bytes, start, end) && isRubyPlace(bytes, start, end)
}

/** ` (ArgumentError)` or ` (Shop::OutOfStock)` */
export function endsInClass(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 6 || bytes[end - 1] !== PARENTHESIS_END) return false
  const nameStart = Math.max(start, end - LONGEST_CLASS_BYTES)
  let at = end - 2
  while (at > nameStart && bytes[at] !== PARENTHESIS && bytes[at] !== SPACE) at -= 1
  return bytes[at] === PARENTHESIS && bytes[at - 1] === SPACE && isUpper(bytes[at + 1])
}

/** `\tfrom x.rb:3:in 'f'`, `\t ... 12 levels...` */
export function isFrom(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || !isBlank(bytes[start])) return false
  const at = skipBlanks(bytes, start, end)
  if (hasAt(bytes, at, end, FROM_WORD)) return isRubyPlace(bytes, at + FROM_WORD.length, end)
  return isLevels(bytes, at, end)
}

/** `\t 2: from x.rb:3:in 'f'` */
function isNumbered(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || bytes[start] !== TAB) return false
  const at = skipBlanks(bytes, start, end)
  const behind = skipDigits(bytes, at, end)
  return (behind > at && hasAt(bytes, behind, end, NUMBERED_FROM)) || isLevels(bytes, at, end)
}

function isLevels(bytes: Buffer, at: number, end: number): boolean {
  return hasAt(bytes, at, end, ELIDED) && endsWith(bytes, at, end, LEVELS)
}
