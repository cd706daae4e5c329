import type { Fields } from './fields.ts'
import { TimestampParser } from './timestamp.ts'

const TWO_16 = 2 ** 16
const TWO_32 = 2 ** 32
const DASH = 45
const DOT = 46
/** Digits of the seconds since the epoch, from 2001 until 2286. */
const SECONDS_DIGITS = 10

/** Reads the time that a body states: RFC 3339, or a number of seconds, milli-, micro- or nanoseconds. */
export class BodyTime {
  readonly #timestamp = new TimestampParser()

  /** Sets the time of `fields` if `bytes[start, end)` begins with one of RFC 3339 that no letter or digit follows. */
  readBegin(fields: Fields, bytes: Buffer, start: number, end: number): void {
    const behind = this.#timestamp.parse(bytes, start, end)
    if (behind < 0 || (behind < end && isWord(bytes[behind]!))) return
    fields.timeHigh = this.#timestamp.high
    fields.timeLow = this.#timestamp.low
  }

  /** Sets the time of `fields` if `bytes[start, end)` is one, in full. */
  read(fields: Fields, bytes: Buffer, start: number, end: number): void {
    if (bytes[start + 4] !== DASH) {
      readEpoch(fields, bytes, start, end)
    } else if (this.#timestamp.parse(bytes, start, end) === end) {
      fields.timeHigh = this.#timestamp.high
      fields.timeLow = this.#timestamp.low
    }
  }
}

function isWord(byte: number): boolean {
  const letter = byte | 32
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 122)
}

/**
 * The unit of a number shows in its integer digits: 10 are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds.
 * Whichever it is, the first ten digits are seconds and those that follow, with or without a point, their fraction.
 */
function readEpoch(fields: Fields, bytes: Buffer, start: number, end: number): void {
  let seconds = 0
  let nanoseconds = 0
  let unit = 100_000_000
  let digits = 0
  let integerDigits = -1
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte === DOT && integerDigits < 0) {
      integerDigits = digits
      continue
    }
    const digit = byte - 48
    if (digit < 0 || digit > 9) return
    if (digits < SECONDS_DIGITS) {
      seconds = seconds * 10 + digit
    } else {
      // Behind the nanoseconds the unit is below one, and what it adds is cut off in the end.
      nanoseconds += digit * unit
      unit = Math.floor(unit / 10)
    }
    digits += 1
  }
  if (integerDigits < 0) integerDigits = digits
  const isUnit = integerDigits === 10 || integerDigits === 13 || integerDigits === 16 || integerDigits === 19
  if (!isUnit || seconds < 1_000_000_000 || seconds >= 9_200_000_000) return
  setTime(fields, seconds, nanoseconds)
}

/** Sets a time since the epoch. In two steps, because the product has more than 53 bits. */
export function setTime(fields: Fields, seconds: number, nanoseconds: number): void {
  const upper = Math.floor(seconds / TWO_16) * 1_000_000_000
  const rest = (upper % TWO_16) * TWO_16 + (seconds % TWO_16) * 1_000_000_000 + nanoseconds
  fields.timeHigh = Math.floor(upper / TWO_16) + Math.floor(rest / TWO_32)
  fields.timeLow = rest % TWO_32
}
