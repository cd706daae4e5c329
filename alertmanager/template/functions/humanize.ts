import { quoteGo } from '#lib/go-quote.ts'
import { CallError } from '../exec/template-function.ts'
import { formatFloat } from '../format/float.ts'
import { parseFloat64 } from '../parse/number.ts'
import { DURATION, secondsOf } from '../time/duration.ts'
import { GoInteger, INT64, typeName, type Value } from '../value/value.ts'

const SMALL_UNITS = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

/** `1d 2h 3m 4s` of a duration, or of seconds as a number or text. */
export function humanizeDuration(value: Value): string {
  const seconds = secondsOfAny(value)
  if (!Number.isFinite(seconds)) return formatFloat(seconds, 'g', 4)
  if (seconds === 0) return '0s'
  return Math.abs(seconds) >= 1 ? humanizeLong(seconds) : humanizeShort(seconds)
}

function humanizeLong(seconds: number): string {
  const sign = seconds < 0 ? '-' : ''
  const size = Math.abs(seconds)
  const whole = Math.trunc(size)
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor(whole / 3_600) % 24
  const minutes = Math.floor(whole / 60) % 60
  if (days > 0) return `${sign}${wholeText(days)}d ${hours}h ${minutes}m ${whole % 60}s`
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${whole % 60}s`
  if (minutes > 0) return `${sign}${minutes}m ${whole % 60}s`
  return `${sign}${formatFloat(size, 'g', 4)}s`
}

function wholeText(days: number): string {
  return String(BigInt(days))
}

function humanizeShort(seconds: number): string {
  let value = seconds
  let unit = ''
  for (const smaller of SMALL_UNITS) {
    if (Math.abs(value) >= 1) break
    unit = smaller
    value *= 1_000
  }
  return `${formatFloat(value, 'g', 4)}${unit}s`
}

function secondsOfAny(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') return parseText(value)
  if (value instanceof GoInteger && value.type === DURATION) return secondsOf(value.value)
  if (value instanceof GoInteger && value.type === INT64) return Number(value.value)
  throw new CallError(`can't convert ${typeName(value)} to float`)
}

function parseText(text: string): number {
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text)
  if (special !== null) {
    if (special[2] === undefined) return Number.NaN
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const number = parseFloat64(text)
  if (number === undefined) throw new CallError(`strconv.ParseFloat: parsing ${quoteGo(text)}: invalid syntax`)
  return number
}
