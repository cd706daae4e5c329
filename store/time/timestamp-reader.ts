import { DAY_MS } from './day.ts'

const ZERO = 0x30
const COLON = 0x3a

/** Bytes of `2026-11-21T00:00:`, which seldom change from one timestamp to the next. */
const PREFIX_BYTES = 17

/**
 * Reads timestamps of the form `2026-11-21T00:00:00.123456789Z`, with zero to nine digits of a second, straight from
 * bytes. It remembers what it saw last, so that calendar and clock are asked once a minute.
 */
export class TimestampReader {
  /** Of the last timestamp that was read: days since 1970 and nanoseconds in the day. */
  day = 0
  ns = 0
  /** Digits after the point. */
  digits = 0
  /** The prefix that was seen last, four bytes at a time; its last byte is a colon. */
  #year = 0
  #month = 0
  #hour = 0
  #minute = 0
  #minuteNs = 0

  /**
   * @param view of the same bytes
   * @returns whether the bytes are such a timestamp; any other form is for the general parser
   */
  read(bytes: Buffer, view: DataView, start: number, end: number): boolean {
    const length = end - start
    if (length < 20 || length > 30 || bytes[end - 1] !== 0x5a) return false
    if (!this.#isSameMinute(bytes, view, start) && !this.#readMinute(bytes, view, start)) return false
    const second = twoDigits(bytes, start + PREFIX_BYTES)
    if (!(second <= 59)) return false
    let fraction = 0
    if (length > 20) {
      if (bytes[start + 19] !== 0x2e || length === 21) return false
      let at = start + 20
      for (; at < end - 4; at += 4) {
        const four = fourDigits(view.getInt32(at, true))
        if (four < 0) return false
        fraction = fraction * 10_000 + four
      }
      for (; at < end - 1; at++) {
        const digit = bytes[at]! - ZERO
        if (digit < 0 || digit > 9) return false
        fraction = fraction * 10 + digit
      }
    }
    this.digits = length > 20 ? length - 21 : 0
    this.ns = this.#minuteNs + second * 1e9 + fraction * POWERS[9 - this.digits]!
    return true
  }

  #isSameMinute(bytes: Buffer, view: DataView, start: number): boolean {
    return (
      view.getInt32(start, true) === this.#year &&
      view.getInt32(start + 4, true) === this.#month &&
      view.getInt32(start + 8, true) === this.#hour &&
      view.getInt32(start + 12, true) === this.#minute &&
      bytes[start + 16] === COLON
    )
  }

  #readMinute(bytes: Buffer, view: DataView, start: number): boolean {
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
    const month = twoDigits(bytes, start + 5)
    const date = twoDigits(bytes, start + 8)
    const hour = twoDigits(bytes, start + 11)
    const minute = twoDigits(bytes, start + 14)
    if (!(year >= 1970 && month >= 1 && month <= 12 && date >= 1 && hour <= 23 && minute <= 59)) return false
    for (const [at, byte] of PUNCTUATION) if (bytes[start + at] !== byte) return false
    const day = dayOf(year, month, date)
    if (day === undefined) return false
    this.#year = view.getInt32(start, true)
    this.#month = view.getInt32(start + 4, true)
    this.#hour = view.getInt32(start + 8, true)
    this.#minute = view.getInt32(start + 12, true)
    this.day = day
    this.#minuteNs = (hour * 60 + minute) * 60e9
    return true
  }
}

const PUNCTUATION = [
  [4, 0x2d],
  [7, 0x2d],
  [10, 0x54],
  [13, 0x3a],
  [16, 0x3a],
] as const

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/** The number of two digits, or NaN, with which no comparison holds. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** The number of four digits, the first of which is in the lowest byte, or -1; all at once instead of one by one. */
function fourDigits(bytes: number): number {
  const areDigits = (bytes & 0xf0f0f0f0) === 0x30303030 && ((bytes + 0x06060606) & 0xf0f0f0f0) === 0x30303030
  if (!areDigits) return -1
  const digits = bytes & 0x0f0f0f0f
  const pairs = (Math.imul(digits, 10) + (digits >> 8)) & 0x00ff00ff
  return (pairs & 0xff) * 100 + (pairs >> 16)
}

function dayOf(year: number, month: number, date: number): number | undefined {
  const ms = Date.UTC(year, month - 1, date)
  return new Date(ms).getUTCDate() === date ? ms / DAY_MS : undefined
}

/** Writes what {@link TimestampReader} read: the same bytes for the same number of digits. */
export function writeTimestamp(target: Buffer, at: number, dayName: string, ns: number, digits: number): number {
  target.write(dayName, at, 'latin1')
  const seconds = Math.floor(ns / 1e9)
  target[at + 10] = 0x54
  writeTwoDigits(target, at + 11, Math.floor(seconds / 3600))
  target[at + 13] = 0x3a
  writeTwoDigits(target, at + 14, Math.floor(seconds / 60) % 60)
  target[at + 16] = 0x3a
  writeTwoDigits(target, at + 17, seconds % 60)
  let end = at + 19
  if (digits > 0) {
    target[end] = 0x2e
    let fraction = Math.floor((ns - seconds * 1e9) / POWERS[9 - digits]!)
    for (let digit = end + digits; digit > end; digit--) {
      target[digit] = ZERO + (fraction % 10)
      fraction = Math.floor(fraction / 10)
    }
    end += 1 + digits
  }
  target[end] = 0x5a
  return end + 1
}

function writeTwoDigits(target: Buffer, at: number, value: number): void {
  target[at] = ZERO + Math.floor(value / 10)
  target[at + 1] = ZERO + (value % 10)
}
