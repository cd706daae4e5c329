import { BodyTime } from '#lib/parse/body-time.ts'
import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { JsonParser } from '#lib/parse/json.ts'
import { AccessParser, looksLikeAccess } from './access.ts'
import { isKlog, KlogParser } from './klog.ts'
import { isValue } from './level-context.ts'
import { LogfmtParser } from './logfmt.ts'
import { NoParser } from './none.ts'
import { PlainParser } from './plain.ts'

export const CONTENT_FORMATS = ['auto', 'json', 'logfmt', 'klog', 'access', 'plain'] as const
export type ContentFormatName = (typeof CONTENT_FORMATS)[number]

export interface ContentOptions {
  /** Whether to look for the time that the body states; without, the fields' time stays 0. */
  readonly time: boolean
}

const SPACE = 32
const EQUALS = 61
const OPEN_BRACE = 123
/** `@`; the letters follow. */
const FIRST_LETTER = 64
/** Longest key of a first pair. */
const LONGEST_KEY = 32
/** Where `level=` makes a text logfmt. */
const LOGFMT_WINDOW = 256

/** The parser for a configured format; `off` looks for nothing. */
export function createContentParser(format: ContentFormatName | 'off', options: ContentOptions): ContentParser {
  const time = options.time ? new BodyTime() : undefined
  switch (format) {
    case 'json':
      return new JsonParser(time)
    case 'logfmt':
      return new LogfmtParser(time)
    case 'klog':
      return new KlogParser(options)
    case 'access':
      return new AccessParser(time)
    case 'plain':
      return new PlainParser(time)
    case 'off':
      return new NoParser()
    default:
      return new DetectingParser(time)
  }
}

/** Bytes of keys: letters, digits, and what joins them. */
const KEY_BYTES = new Uint8Array(256)
for (const byte of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-@/'))
  KEY_BYTES[byte] = 1

/**
 * Tells the format of each record by its first bytes, because containers mix them: an object is JSON; a letter and digits
 * klog; an address and a dash an access log; a pair at the begin, or `level=` near it, logfmt. What looks like one of them
 * and is not, and all else, is plain text.
 */
class DetectingParser implements ContentParser {
  readonly #json: JsonParser
  readonly #logfmt: LogfmtParser
  readonly #klog: KlogParser
  readonly #access: AccessParser
  readonly #plain: PlainParser

  constructor(time: BodyTime | undefined) {
    this.#json = new JsonParser(time)
    this.#logfmt = new LogfmtParser(time)
    this.#klog = new KlogParser({ time: time !== undefined })
    this.#access = new AccessParser(time)
    this.#plain = new PlainParser(time)
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    const first = bytes[start]!
    if ((first === OPEN_BRACE || first <= SPACE) && this.#json.parse(fields, bytes, start, end)) return true
    if (isKlog(bytes, start, end)) return this.#klog.parse(fields, bytes, start, end)
    if (looksLikeAccess(bytes, start, end) && this.#access.parse(fields, bytes, start, end)) return true
    if (startsWithPair(bytes, start, end) && this.#logfmt.parse(fields, bytes, start, end)) {
      if (fields.severityNumber !== 0 || fields.traceIdStart >= 0 || fields.timeHigh !== 0) return true
    }
    this.#plain.parse(fields, bytes, start, end)
    if (hasLevelPair(fields, bytes, start, end)) this.#parsePairs(fields, bytes, start, end)
    return true
  }

  /** Pairs behind something else, which may have been the time. */
  #parsePairs(fields: Fields, bytes: Buffer, start: number, end: number): void {
    const { timeHigh, timeLow } = fields
    this.#logfmt.parse(fields, bytes, start, end)
    if (fields.timeHigh !== 0) return
    fields.timeHigh = timeHigh
    fields.timeLow = timeLow
  }
}

function startsWithPair(bytes: Buffer, start: number, end: number): boolean {
  // Most lines that begin with a digit begin with the time.
  if (bytes[start]! < FIRST_LETTER) return false
  const limit = Math.min(end, start + LONGEST_KEY)
  let at = start
  while (at < limit && KEY_BYTES[bytes[at]!] === 1) at = (at + 1) | 0
  return at > start && at < limit && bytes[at] === EQUALS
}

/** Whether the level that was found is the value of a pair or, if none was, there is such a pair further on. */
function hasLevelPair(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
  if (fields.severityEnd > 0) return fields.severityStart > start && isValue(bytes, start, fields.severityStart)
  if (fields.severityNumber !== 0) return false
  const limit = Math.min(end, start + LOGFMT_WINDOW)
  // One native search settles it for most texts.
  let at = bytes.indexOf(EQUALS, start, limit)
  for (; at >= 0 && at < limit; at = (at + 1) | 0) {
    if (bytes[at] === EQUALS && isValue(bytes, start, at + 1) && at + 1 < end && bytes[at + 1]! > SPACE) return true
  }
  return false
}
