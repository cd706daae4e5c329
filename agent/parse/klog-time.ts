import { setTime } from '#lib/parse/body-time.ts'
import type { Fields } from '#lib/parse/fields.ts'

const SPACE = 32
/**
 * The time has no zone. It is taken for UTC, as containers mostly have it, and only if the runtime's is this near: no zone
 * is nearer to UTC than an hour.
 */
const WINDOW_SECONDS = 30 * 60

/**
 * Reads `mmdd hh:mm:ss.uuuuuu`, or with `yy` before it, which has been found to be in form. Where there is no year it is
 * the one that brings it nearest to the time of the line: in the first minutes of a year that may be the one before.
 */
export function readKlogTime(fields: Fields, bytes: Buffer, start: number, end: number): void {
  const hasYear = bytes[start + 4] !== SPACE
  const at = hasYear ? start + 2 : start
  const nearSeconds = (fields.nearHigh * 2 ** 32 + fields.nearLow) / 1e9
  const nearYear = new Date(nearSeconds * 1_000).getUTCFullYear()
  const years = hasYear ? [2000 + twoDigits(bytes, start)] : [nearYear, nearYear - 1, nearYear + 1]
  for (const year of years) {
    const seconds = secondsOf(year, bytes, at)
    if (Math.abs(seconds - nearSeconds) > WINDOW_SECONDS) continue
    setTime(fields, seconds, readFraction(bytes, at + 14, end))
    return
  }
}

/** NaN where it is no time. */
function secondsOf(year: number, bytes: Buffer, at: number): number {
  const month = twoDigits(bytes, at) - 1
  const day = twoDigits(bytes, at + 2)
  const hours = twoDigits(bytes, at + 5)
  const minutes = twoDigits(bytes, at + 8)
  const seconds = twoDigits(bytes, at + 11)
  if (!(hours < 24 && minutes < 60 && seconds < 61)) return Number.NaN
  const date = new Date(Date.UTC(year, month, day, hours, minutes))
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() / 1_000 + seconds : Number.NaN
}

/** Nanoseconds. */
function readFraction(bytes: Buffer, start: number, end: number): number {
  let nanoseconds = 0
  let unit = 100_000_000
  for (let at = start; at < end && unit >= 1; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) break
    nanoseconds += digit * unit
    unit /= 10
  }
  return nanoseconds
}

function twoDigits(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 48
  const ones = bytes[at + 1]! - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
