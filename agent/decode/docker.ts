import { TimestampParser } from '#lib/parse/timestamp.ts'
import {
  FULL,
  type Line,
  type LineDecoder,
  NO_STREAM,
  PARTIAL,
  STDERR,
  STDOUT,
  type StreamIndex,
  UNPARSED,
} from './line.ts'

const QUOTE = 34
const BACKSLASH = 92
const NEWLINE = 10
const RETURN = 13
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const COMMA = 44
const COLON = 58

/** What each single-character escape of JSON stands for; 0 for those that are none. */
const ESCAPES = new Uint8Array(256)
for (const [letter, value] of [
  ['"', 34],
  ['\\', 92],
  ['/', 47],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  ESCAPES[letter.charCodeAt(0)] = value
}

/**
 * Docker's json-file format: `{"log":"text\n","stream":"stdout","time":"<RFC 3339>"}` in any key order, other keys
 * ignored. A text that does not end in a newline is part of a longer line (Docker splits at 16 KiB).
 */
export class DockerDecoder implements LineDecoder {
  readonly #timestamp = new TimestampParser()
  /** Unescaped text; a line is never longer unescaped than escaped. */
  #scratch: Buffer = Buffer.alloc(32 * 1024)
  #at = 0
  #textEnd = 0

  decode(line: Line, bytes: Buffer, start: number, end: number): void {
    line.bytes = bytes
    line.bodyStart = start
    line.bodyEnd = end
    line.kind = UNPARSED
    line.stream = NO_STREAM
    if (end - start > this.#scratch.length) this.#scratch = Buffer.allocUnsafe((end - start) * 2)
    this.#at = start
    let length = -1
    let stream = -1
    let timed = false
    if (bytes[this.#at++] !== OPEN_BRACE) return
    for (let first = true; ; first = false) {
      this.#skipBlanks(bytes, end)
      if (bytes[this.#at] === CLOSE_BRACE && this.#at < end) break
      if (!first) {
        if (bytes[this.#at++] !== COMMA) return
        this.#skipBlanks(bytes, end)
      }
      const keyStart = this.#at + 1
      if (!this.#skipString(bytes, end)) return
      const keyLength = this.#at - 1 - keyStart
      this.#skipBlanks(bytes, end)
      if (this.#at >= end || bytes[this.#at++] !== COLON) return
      this.#skipBlanks(bytes, end)
      const valueStart = this.#at + 1
      const isString = bytes[this.#at] === QUOTE
      if (isString && keyLength === 3 && isKey(bytes, keyStart, 'log')) {
        if (!this.#readText(bytes, end)) return
        length = this.#textEnd
      } else if (isString) {
        if (!this.#skipString(bytes, end)) return
        const valueEnd = this.#at - 1
        if (keyLength === 6 && isKey(bytes, keyStart, 'stream')) {
          stream = valueEnd - valueStart === 6 && isKey(bytes, valueStart, 'stderr') ? STDERR : STDOUT
        } else if (keyLength === 4 && isKey(bytes, keyStart, 'time')) {
          timed = this.#timestamp.parse(bytes, valueStart, valueEnd) === valueEnd
        }
      } else if (!this.#skipOther(bytes, end)) return
    }
    if (length < 0 || stream < 0 || !timed) return
    const text = this.#scratch
    line.kind = length > 0 && text[length - 1] === NEWLINE ? FULL : PARTIAL
    if (line.kind === FULL) length -= length > 1 && text[length - 2] === RETURN ? 2 : 1
    line.stream = stream as StreamIndex
    line.timeHigh = this.#timestamp.high
    line.timeLow = this.#timestamp.low
    line.bytes = text
    line.bodyStart = 0
    line.bodyEnd = length
  }

  #skipBlanks(bytes: Buffer, end: number): void {
    while (this.#at < end && (bytes[this.#at] === 32 || bytes[this.#at] === 9)) this.#at += 1
  }

  #skipString(bytes: Buffer, end: number): boolean {
    if (bytes[this.#at] !== QUOTE) return false
    for (let at = this.#at + 1; at < end; at++) {
      if (bytes[at] === BACKSLASH) at += 1
      else if (bytes[at] === QUOTE) {
        this.#at = at + 1
        return true
      }
    }
    return false
  }

  /** Skips a number, a literal, or an object or array with whatever is in it. */
  #skipOther(bytes: Buffer, end: number): boolean {
    for (let depth = 0; this.#at < end; ) {
      const byte = bytes[this.#at]!
      if (byte === QUOTE) {
        if (!this.#skipString(bytes, end)) return false
        continue
      }
      if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE)) return true
      if (byte === OPEN_BRACE || byte === 91) depth += 1
      else if (byte === CLOSE_BRACE || byte === 93) depth -= 1
      this.#at += 1
    }
    return false
  }

  /** Unescapes the string at the cursor into the scratch buffer. */
  #readText(bytes: Buffer, end: number): boolean {
    const target = this.#scratch
    let to = 0
    let at = this.#at + 1
    while (at < end) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.#at = at + 1
        this.#textEnd = to
        return true
      }
      if (byte !== BACKSLASH) {
        target[to++] = byte
        at += 1
      } else if (bytes[at + 1] === 117) {
        const unit = hex4(bytes, at + 2, end)
        if (unit < 0) return false
        at += 6
        let point = unit
        if (unit >= 0xd800 && unit < 0xe000) {
          const low = bytes[at] === BACKSLASH && bytes[at + 1] === 117 ? hex4(bytes, at + 2, end) : -1
          const paired = unit < 0xdc00 && low >= 0xdc00 && low < 0xe000
          point = paired ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd
          if (paired) at += 6
        }
        to = writeUtf8(target, to, point)
      } else {
        const value = ESCAPES[bytes[at + 1]!]!
        if (value === 0) return false
        target[to++] = value
        at += 2
      }
    }
    return false
  }
}

function isKey(bytes: Buffer, at: number, key: string): boolean {
  for (let index = 0; index < key.length; index++) if (bytes[at + index] !== key.charCodeAt(index)) return false
  return true
}

function hex4(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) return -1
  let value = 0
  for (let index = at; index < at + 4; index++) {
    const byte = bytes[index]!
    const digit = byte <= 57 ? byte - 48 : (byte | 32) - 87
    if (digit < 0 || digit > 15 || (byte > 57 && digit < 10)) return -1
    value = value * 16 + digit
  }
  return value
}

function writeUtf8(target: Buffer, at: number, point: number): number {
  let to = at
  if (point < 0x80) {
    target[to++] = point
  } else if (point < 0x800) {
    target[to++] = 0xc0 | (point >> 6)
    target[to++] = 0x80 | (point & 63)
  } else if (point < 0x10000) {
    target[to++] = 0xe0 | (point >> 12)
    target[to++] = 0x80 | ((point >> 6) & 63)
    target[to++] = 0x80 | (point & 63)
  } else {
    target[to++] = 0xf0 | (point >> 18)
    target[to++] = 0x80 | ((point >> 12) & 63)
    target[to++] = 0x80 | ((point >> 6) & 63)
    target[to++] = 0x80 | (point & 63)
  }
  return to
}
