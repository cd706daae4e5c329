import type { BodyTime } from './body-time.ts'
import type { ContentParser, Fields } from './fields.ts'
import { keyOf, LOG_OBJECT, MONGO_SEVERITY, memberKey, NO_KEY } from './keys.ts'
import { QuotedScanner } from './quoted.ts'
import { takeNumber, takeText } from './values.ts'

const SPACE = 32
const QUOTE = 34
const COMMA = 44
const DASH = 45
const COLON = 58
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const CLOSE_BRACKET = 93
/** Braces and brackets differ in this bit only. */
const BRACE_BIT = 32

/** Bytes looked at one by one; what long strings hold hardly counts. */
const BUDGET_BYTES = 4096

/**
 * Members that are still read when only the id of the span is missing: loggers write it beside that of the trace, or
 * with one more between them, and most logs have none.
 */
const MEMBERS_FOR_SPAN = 2
/** Blanks before the object. */
const LONGEST_INDENT = 64

/** How MongoDB's lines begin. */
const MONGO_START = Buffer.from('{"t":{"$date"')
/** How lines of Serilog's compact format (CLEF) begin. */
const CLEF_START = Buffer.from('{"@t":')
/** CLEF leaves the level out when it is Information. */
const CLEF_DEFAULT_SEVERITY = 9

/**
 * One JSON object, as loggers write it: the severity, the ids of trace and span, the message, and on request the time, by
 * the keys in `keys.ts` at the top level and in the objects `log`, `trace`, `span` and `dd`. It reads members in turn and
 * stops when it has all, or behind {@link BUDGET_BYTES}; it keeps no stack, so depth costs nothing. Of two keys for one
 * thing the first counts. It is no validator: it
 * refuses what cannot be an object, and takes some texts for one that JSON.parse would refuse.
 */
export class JsonParser implements ContentParser {
  readonly #time: BodyTime | undefined
  readonly #strings = new QuotedScanner()

  /** @param time reads the time of the body; without it, that is not looked for */
  constructor(time?: BodyTime) {
    this.#time = time
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    fields.reset()
    const open = skipBlanks(bytes, start, Math.min(end, start + LONGEST_INDENT))
    if (open >= end || bytes[open] !== OPEN_BRACE) return false
    this.#strings.begin(open, end, BUDGET_BYTES)
    if (this.#readMembers(fields, bytes, open, end)) return true
    fields.reset()
    return false
  }

  #readMembers(fields: Fields, bytes: Buffer, open: number, end: number): boolean {
    const strings = this.#strings
    let object = NO_KEY
    let membersLeft = -1
    let at = (open + 1) | 0
    while (at < strings.limit) {
      const byte = bytes[at]!
      if (byte === COMMA || byte <= SPACE) {
        at = (at + 1) | 0
        continue
      }
      if (byte === CLOSE_BRACE) {
        at = (at + 1) | 0
        if (object === NO_KEY) return endObject(fields, bytes, open, at, strings.limit)
        object = NO_KEY
        continue
      }
      if (byte !== QUOTE) return false
      if (membersLeft === 0) return true
      membersLeft = (membersLeft - 1) | 0
      const keyStart = (at + 1) | 0
      // Spelled out: what is called from here is more than V8 inlines, and keys are short (measured: a fifth less).
      at = keyStart
      while (at < strings.limit && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at = (at + 1) | 0
      if (bytes[at] !== QUOTE) at = strings.endOf(bytes, keyStart, end)
      if (at < 0 || at >= strings.limit) break
      const keyEnd = at
      at = (at + 1) | 0
      if (bytes[at] !== COLON) at = skipBlanks(bytes, at, strings.limit)
      if (at >= strings.limit) break
      if (bytes[at] !== COLON) return false
      at = (at + 1) | 0
      if (bytes[at]! <= SPACE) at = skipBlanks(bytes, at, strings.limit)
      if (at >= strings.limit) break
      const value = bytes[at]!
      let key = keyOf(bytes, keyStart, keyEnd)
      if (key !== NO_KEY) key = meaningOf(key, object, bytes, open)
      if (value === QUOTE) {
        const valueStart = (at + 1) | 0
        const valueEnd = strings.endOf(bytes, valueStart, end)
        if (valueEnd < 0) break
        if (key !== NO_KEY) {
          takeText(fields, key, bytes, valueStart, valueEnd, this.#time)
          if (membersLeft < 0 && this.#lacksOnlySpan(fields)) membersLeft = MEMBERS_FOR_SPAN
          if (membersLeft >= 0 && fields.spanIdStart >= 0) return true
        }
        at = (valueEnd + 1) | 0
      } else if (value === OPEN_BRACE && key >= LOG_OBJECT) {
        object = key
        at = (at + 1) | 0
      } else if ((value | BRACE_BIT) === OPEN_BRACE) {
        at = this.#skipNested(bytes, at, end)
        if (at < 0) break
      } else {
        if (!startsScalar(value)) return false
        const valueStart = at
        at = skipScalar(bytes, at, strings.limit)
        if (key !== NO_KEY) takeNumber(fields, key, bytes, valueStart, at, this.#time)
      }
    }
    // Either the budget is spent, or the object has no end.
    return strings.limit < end
  }

  /** Whether the span is all that could still be found. */
  #lacksOnlySpan(fields: Fields): boolean {
    return (
      fields.traceIdStart >= 0 &&
      fields.severityNumber !== 0 &&
      fields.messageEnd !== 0 &&
      (this.#time === undefined || fields.timeHigh !== 0)
    )
  }

  /** The offset behind the object or array that begins at `start`, or -1 if the body or the budget ends before it. */
  #skipNested(bytes: Buffer, start: number, end: number): number {
    const strings = this.#strings
    let depth = 1
    let at = (start + 1) | 0
    while (at < strings.limit) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        at = strings.endOf(bytes, (at + 1) | 0, end)
        if (at < 0) return -1
      } else if ((byte | BRACE_BIT) === OPEN_BRACE) {
        depth += 1
      } else if ((byte | BRACE_BIT) === CLOSE_BRACE) {
        depth -= 1
        if (depth === 0) return at + 1
      }
      at = (at + 1) | 0
    }
    return -1
  }
}

/** What a known key means where it stands; objects of objects are skipped. */
function meaningOf(key: number, object: number, bytes: Buffer, open: number): number {
  if (key === MONGO_SEVERITY && !startsWith(bytes, open, MONGO_START)) return NO_KEY
  return memberKey(object, key)
}

/** At the end of the object: nothing but blanks may follow. */
function endObject(fields: Fields, bytes: Buffer, open: number, at: number, limit: number): boolean {
  if (fields.severityNumber === 0 && startsWith(bytes, open, CLEF_START)) fields.severityNumber = CLEF_DEFAULT_SEVERITY
  return skipBlanks(bytes, at, limit) >= limit
}

function startsWith(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[(at + index) | 0] !== text[index]) return false
  return true
}

function skipBlanks(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at]! <= SPACE) at = (at + 1) | 0
  return at
}

/** A digit, `-`, or the first letter of `true`, `false` and `null`. */
function startsScalar(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === DASH || byte === 116 || byte === 102 || byte === 110
}

function skipScalar(bytes: Buffer, start: number, limit: number): number {
  let at = start
  while (at < limit) {
    const byte = bytes[at]!
    if (byte <= SPACE || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break
    at = (at + 1) | 0
  }
  return at
}
