import type { BodyTime } from './body-time.ts'
import type { Fields } from './fields.ts'
import {
  MESSAGE,
  MONGO_SEVERITY,
  PRIORITY,
  SEVERITY,
  SEVERITY_NUMBER,
  SPAN_ID,
  TIME,
  TRACE_ID,
  TRACE_PATH,
  TRACEPARENT,
} from './keys.ts'
import { severityOf, severityWord, syslogSeverity } from './severity.ts'
import {
  isHexId,
  isTraceparent,
  SPAN_ID_DIGITS,
  TRACE_ID_DIGITS,
  traceparentSpanId,
  traceparentTraceId,
} from './trace-id.ts'

const SPACE = 32
const PLUS = 43
const DASH = 45
const SLASH = 47
const LETTER_M = 109
/** `\u001b[`, the begin of a colour, as it is within a JSON string. */
const ESCAPED_COLOUR = Buffer.from('\\u001b[')
/** Seven bits: a number this long or longer is no level. */
const MOST_DIGITS = 3

/**
 * Takes the value of a key, text without its quotes. The first value of a kind counts, except that a word for the
 * severity replaces a number, because only a word has a text.
 *
 * @param time reads the time of the body, or undefined if it is not wanted
 */
export function takeText(
  fields: Fields,
  kind: number,
  bytes: Buffer,
  start: number,
  end: number,
  time: BodyTime | undefined,
): void {
  switch (kind) {
    case SEVERITY:
      if (fields.severityEnd === 0) takeSeverity(fields, bytes, start, end)
      break
    case MESSAGE:
      if (fields.messageEnd === 0) {
        fields.messageStart = start
        fields.messageEnd = end
      }
      break
    case TRACE_ID:
      if (end - start === TRACE_ID_DIGITS) takeTraceId(fields, bytes, start)
      break
    case SPAN_ID:
      if (end - start === SPAN_ID_DIGITS) takeSpanId(fields, bytes, start)
      break
    case TRACEPARENT:
      if (isTraceparent(bytes, start, end)) {
        takeTraceId(fields, bytes, traceparentTraceId(start))
        takeSpanId(fields, bytes, traceparentSpanId(start))
      }
      break
    case TRACE_PATH: {
      const id = end - TRACE_ID_DIGITS
      if (id > start && bytes[id - 1] === SLASH) takeTraceId(fields, bytes, id)
      break
    }
    case TIME:
      if (time !== undefined && fields.timeHigh === 0) time.read(fields, bytes, start, end)
      break
    case MONGO_SEVERITY:
      if (end - start <= 2 && fields.severityEnd === 0) takeMongoSeverity(fields, bytes, start, end)
      break
    default:
      takeNumber(fields, kind, bytes, start, end, time)
  }
}

/** Takes the value of a key that is a number, or anything else that is not in quotes. */
export function takeNumber(
  fields: Fields,
  kind: number,
  bytes: Buffer,
  start: number,
  end: number,
  time: BodyTime | undefined,
): void {
  if (kind === TIME) {
    if (time !== undefined && fields.timeHigh === 0) time.read(fields, bytes, start, end)
    return
  }
  if (fields.severityNumber !== 0) return
  const value = smallNumber(bytes, start, end)
  if (value < 0) return
  if (kind === SEVERITY) fields.severityNumber = levelSeverity(value)
  else if (kind === SEVERITY_NUMBER) fields.severityNumber = value <= 24 ? value : 0
  else if (kind === PRIORITY && value <= 7) fields.severityNumber = syslogSeverity(value)
}

function takeTraceId(fields: Fields, bytes: Buffer, start: number): void {
  if (fields.traceIdStart < 0 && isHexId(bytes, start, TRACE_ID_DIGITS)) fields.traceIdStart = start
}

function takeSpanId(fields: Fields, bytes: Buffer, start: number): void {
  if (fields.spanIdStart < 0 && isHexId(bytes, start, SPAN_ID_DIGITS)) fields.spanIdStart = start
}

function takeSeverity(fields: Fields, bytes: Buffer, start: number, end: number): void {
  const word = severityWord(bytes, start, end)
  if (word === 0) {
    takeOddSeverity(fields, bytes, start, end)
    return
  }
  fields.severityNumber = severityOf(word)
  fields.severityStart = start
  fields.severityEnd = end
}

/** A level that is padded, in colour, a number in quotes, or one between others as slog writes it: `INFO+2`. */
function takeOddSeverity(fields: Fields, bytes: Buffer, start: number, end: number): void {
  let from = start
  if (end - start > ESCAPED_COLOUR.length && isColour(bytes, start)) {
    from += ESCAPED_COLOUR.length
    while (from < end && bytes[from] !== LETTER_M) from += 1
    from += 1
  }
  while (from < end && bytes[from] === SPACE) from += 1
  let to = from
  while (to < end && (bytes[to]! | 32) >= 97 && (bytes[to]! | 32) <= 122) to += 1
  const word = severityWord(bytes, from, to)
  if (word === 0) {
    if (fields.severityNumber === 0) fields.severityNumber = levelSeverity(smallNumber(bytes, start, end))
    return
  }
  const sign = bytes[to]
  let number = severityOf(word)
  if (to < end && (sign === PLUS || sign === DASH)) {
    const offset = smallNumber(bytes, to + 1, end)
    if (offset < 0) return
    number = Math.min(24, Math.max(1, number + (sign === PLUS ? offset : -offset)))
    to = end
  } else if (from === start && to < end && bytes[to] !== SPACE) {
    // The begin of some other word.
    return
  }
  fields.severityNumber = number
  fields.severityStart = from
  fields.severityEnd = to
}

/** `D1` to `D5` beside the letters that everybody uses. */
function takeMongoSeverity(fields: Fields, bytes: Buffer, start: number, end: number): void {
  const word = severityWord(bytes, start, start + 1)
  if (word === 0 || (end - start === 2 && smallNumber(bytes, start + 1, end) < 0)) return
  fields.severityNumber = severityOf(word)
  fields.severityStart = start
  fields.severityEnd = end
}

/**
 * Levels as numbers: 10 to 60 as bunyan and pino have them, 100 to 600 as Monolog has them. Others mean different things
 * in different places (0 is syslog's emergency, and a routine message in Go's logr).
 */
function levelSeverity(level: number): number {
  switch (level) {
    case 10:
      return 1
    case 20:
    case 100:
      return 5
    case 30:
    case 200:
      return 9
    case 250:
      return 10
    case 40:
    case 300:
      return 13
    case 50:
    case 400:
      return 17
    case 500:
      return 18
    case 550:
      return 19
    case 60:
    case 600:
      return 21
    default:
      return 0
  }
}

/** The number that one to three digits are, or -1. */
function smallNumber(bytes: Buffer, start: number, end: number): number {
  if (end <= start || end - start > MOST_DIGITS) return -1
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function isColour(bytes: Buffer, start: number): boolean {
  for (let index = 0; index < ESCAPED_COLOUR.length; index++) {
    // `\u001B` is the same.
    if (bytes[start + index] !== ESCAPED_COLOUR[index] && !(index === 5 && bytes[start + index] === 66)) return false
  }
  return true
}
