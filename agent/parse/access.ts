import type { BodyTime } from '#lib/parse/body-time.ts'
import type { ContentParser, Fields } from '#lib/parse/fields.ts'
import { COMMON_TIME_BYTES, CommonTime } from './common-time.ts'

const SPACE = 32
const QUOTE = 34
const DASH = 45
const DOT = 46
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
/** Host, virtual host and user before the time. */
const LONGEST_PREFIX = 256
const LONGEST_TIME = 40
/** A longer request line is not looked through. */
const LONGEST_REQUEST = 2048
/** An IPv6 address with a zone. */
const LONGEST_ADDRESS = 64

const INFO = 9
const WARN = 13
const ERROR = 17

/** 1 for what addresses of either version are made of. */
const ADDRESS = new Uint8Array(256)
for (const byte of Buffer.from('0123456789abcdefABCDEF.:%')) ADDRESS[byte] = 1

/**
 * Access logs in the common and the combined format of Apache and nginx, with whatever is appended to them (as
 * ingress-nginx does) or put before (a virtual host), and Envoy's default format, which begins with the time.
 *
 * They have no severity of their own. Here a status of 500 and above is ERROR, 400 and above WARN, everything else INFO,
 * so that a search for errors finds failed requests. There is no text for it.
 */
export class AccessParser implements ContentParser {
  readonly #time: BodyTime | undefined
  readonly #commonTime = new CommonTime()

  /** @param time reads the time of the body; without it, that is not looked for */
  constructor(time?: BodyTime) {
    this.#time = time
  }

  parse(fields: Fields, bytes: Buffer, start: number, end: number): boolean {
    fields.reset()
    const status = statusOf(bytes, start, end)
    if (status < 100) return false
    fields.severityNumber = status >= 500 ? ERROR : status >= 400 ? WARN : INFO
    if (this.#time !== undefined) this.#readTime(this.#time, fields, bytes, start, end)
    return true
  }

  #readTime(time: BodyTime, fields: Fields, bytes: Buffer, start: number, end: number): void {
    const at = find(OPEN_BRACKET, bytes, start, end) + 1
    if (bytes[at + COMMON_TIME_BYTES] === CLOSE_BRACKET) this.#commonTime.read(fields, bytes, at)
    else time.readBegin(fields, bytes, at, end)
  }
}

/** Whether the body begins as access logs mostly do: with an address and ` - `, or with Envoy's time. */
export function looksLikeAccess(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === OPEN_BRACKET) {
    // `[2026-11-21T10:00:00.123Z] "`
    return end - start > 28 && bytes[start + 25] === CLOSE_BRACKET && bytes[start + 27] === QUOTE
  }
  const limit = Math.min(end - 2, start + LONGEST_ADDRESS)
  let at = start
  let separators = 0
  for (; at < limit; at++) {
    const byte = bytes[at]!
    if (ADDRESS[byte] === 0) break
    if (byte === DOT || byte === COLON) separators += 1
  }
  return at < limit && separators > 1 && bytes[at] === SPACE && bytes[at + 1] === DASH && bytes[at + 2] === SPACE
}

/** The status of the response, or -1 if the body is no access log. */
function statusOf(bytes: Buffer, start: number, end: number): number {
  const open = find(OPEN_BRACKET, bytes, start, Math.min(end, start + LONGEST_PREFIX))
  if (open < 0) return -1
  let at = open + 1 + COMMON_TIME_BYTES
  if (at >= end || bytes[at] !== CLOSE_BRACKET) {
    at = find(CLOSE_BRACKET, bytes, open, Math.min(end, open + LONGEST_TIME))
    if (at < 0) return -1
  }
  // `] "`, then the request, `" `, three digits.
  if (end - at < 8 || bytes[at + 1] !== SPACE || bytes[at + 2] !== QUOTE) return -1
  at = requestEnd(bytes, at + 3, end)
  if (at < 0 || end - at < 5 || bytes[at + 1] !== SPACE) return -1
  if (end - at > 5 && bytes[at + 5] !== SPACE) return -1
  const hundreds = bytes[at + 2]! - 48
  const tens = bytes[at + 3]! - 48
  const ones = bytes[at + 4]! - 48
  if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return -1
  return hundreds * 100 + tens * 10 + ones
}

/** The quote behind the request; Apache escapes those within with a backslash, nginx as `\x22`. */
function requestEnd(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + LONGEST_REQUEST)
  let at = start
  while (at < limit) {
    const byte = bytes[at]
    if (byte === QUOTE) return at
    at = (at + (byte === BACKSLASH ? 2 : 1)) | 0
  }
  return -1
}

function find(wanted: number, bytes: Buffer, start: number, limit: number): number {
  for (let at = start; at < limit; at = (at + 1) | 0) if (bytes[at] === wanted) return at
  return -1
}
