const ISO =
  /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/
const EPOCH = /^(-?\d{1,18})(?:\.(\d{1,9}))?$/

const ISO_FORMATS = [
  'strict_date_optional_time_nanos',
  'strict_date_optional_time',
  'date_optional_time',
  'strict_date_time',
  'date_time',
  'strict_date_time_no_millis',
  'date_time_no_millis',
  'strict_date',
  'date',
  'iso8601',
]

/** The names of date formats that are understood, several joined by `||`. Patterns of letters are not. */
export type DateFormat = 'iso' | 'epoch_millis' | 'epoch_second'

export const DEFAULT_DATE_FORMATS: readonly DateFormat[] = ['iso', 'epoch_millis']

/** Reads `strict_date_optional_time||epoch_millis`; undefined if a part of it is not understood. */
export function parseDateFormats(text: string): DateFormat[] | undefined {
  const formats: DateFormat[] = []
  for (const name of text.split('||')) {
    if (ISO_FORMATS.includes(name)) formats.push('iso')
    else if (name === 'epoch_millis' || name === 'epoch_second') formats.push(name)
    else return undefined
  }
  return formats
}

export interface DateReading {
  readonly formats: readonly DateFormat[]
  /** Parts that are not written are their last value instead of their first: `2026-11-21` is the end of that day. */
  readonly roundUp?: boolean
  /** Applies where the text has no offset of its own. */
  readonly offsetMinutes?: number
}

/** The nanoseconds since 1970 that a text says, or undefined if it is no date in these formats. */
export function parseDate(
  text: string,
  { formats, roundUp = false, offsetMinutes = 0 }: DateReading,
): bigint | undefined {
  for (const format of formats) {
    const ns = format === 'iso' ? parseIso(text, roundUp, offsetMinutes) : parseEpoch(text, format, roundUp)
    if (ns !== undefined) return ns
  }
  return undefined
}

function parseEpoch(text: string, format: 'epoch_millis' | 'epoch_second', roundUp: boolean): bigint | undefined {
  const match = EPOCH.exec(text)
  if (match === null) return undefined
  const unit = format === 'epoch_millis' ? 1_000_000n : 1_000_000_000n
  const fraction = (BigInt((match[2] ?? '').padEnd(9, '0')) * unit) / 1_000_000_000n
  const whole = BigInt(match[1]!) * unit
  if (roundUp && match[2] === undefined) return whole + unit - 1n
  return text.startsWith('-') ? whole - fraction : whole + fraction
}

function parseIso(text: string, roundUp: boolean, offsetMinutes: number): bigint | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, month, date, hour, minute, second, fraction, zone] = match
  const part = (written: string | undefined, first: number, last: number) =>
    written === undefined ? (roundUp ? last : first) : Number(written)
  const y = Number(year)
  const m = part(month, 1, 12)
  if (m < 1 || m > 12) return undefined
  const lastDate = new Date(Date.UTC(2000, m, 0)).getUTCDate()
  const d = part(date, 1, m === 2 && !isLeapYear(y) ? 28 : lastDate)
  const h = part(hour, 0, 23)
  const min = part(minute, 0, 59)
  const s = part(second, 0, 59)
  const ms = new Date(0)
  ms.setUTCFullYear(y, m - 1, d)
  if (ms.getUTCDate() !== d || d < 1 || h > 23 || min > 59 || s > 59) return undefined
  const fractionNs = fraction === undefined ? (roundUp ? 999_999_999 : 0) : Number(fraction.padEnd(9, '0'))
  const offset = zone === undefined ? offsetMinutes : parseOffset(zone)
  if (offset === undefined) return undefined
  const seconds = ms.getTime() / 1000 + h * 3600 + (min - offset) * 60 + s
  return BigInt(seconds) * 1_000_000_000n + BigInt(fractionNs)
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** Minutes east of UTC that `Z`, `UTC`, `+01:00`, `-0330` or `+02` say. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'UTC') return 0
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (minutes > 18 * 60) return undefined
  return match[1] === '-' ? -minutes : minutes
}
