import { floorDivide } from './format-date.ts'
import { type DateReading, parseDate } from './parse-date.ts'
import { addUnits, type CalendarUnit, floorToUnit, nextUnit } from './rounding.ts'
import { UTC, utcOf, type Zone } from './zone.ts'

export interface DateMathReading extends Pick<DateReading, 'formats' | 'roundUp'> {
  /** What `now` means. */
  readonly nowMs: number
  /** Applies to rounding, and to dates that have no offset of their own. */
  readonly zone: Zone
}

const UNITS: Readonly<Record<string, CalendarUnit>> = {
  y: 'year',
  M: 'month',
  w: 'week',
  d: 'day',
  h: 'hour',
  H: 'hour',
  m: 'minute',
  s: 'second',
}
const STEP = /([+-])(\d{0,9})([yMwdhHms])|\/([yMwdhHms])/y
const MS = 1_000_000n

/** Nanoseconds since 1970 of a date with math: `now-5m/d`, `2026-11-21||+1M/M`; undefined if it is none. */
export function parseDateMath(text: string, reading: DateMathReading): bigint | undefined {
  const isNow = text.startsWith('now')
  const bars = text.indexOf('||')
  const math = isNow ? text.slice(3) : bars < 0 ? '' : text.slice(bars + 2)
  // With math the anchor is a point in time; what rounding adds comes last.
  const roundUp = reading.roundUp === true && math === ''
  const anchor = isNow
    ? BigInt(Math.floor(reading.nowMs)) * MS
    : parseAnchor(bars < 0 ? text : text.slice(0, bars), reading, roundUp)
  return anchor === undefined ? undefined : applySteps(anchor, math, reading)
}

function parseAnchor(text: string, { formats, zone }: DateMathReading, roundUp: boolean): bigint | undefined {
  const ns = parseDate(text, { formats, roundUp })
  if (ns === undefined || zone === UTC) return ns
  const elsewhere = parseDate(text, { formats, roundUp, offsetMinutes: 60 })
  // A text with an offset of its own, or a count since 1970, is the same everywhere.
  if (elsewhere === ns) return ns
  const ms = floorDivide(ns, MS)
  return BigInt(utcOf(zone, Number(ms))) * MS + (ns - ms * MS)
}

function applySteps(anchor: bigint, math: string, { zone, roundUp = false }: DateMathReading): bigint | undefined {
  let ns = anchor
  STEP.lastIndex = 0
  while (STEP.lastIndex < math.length) {
    const match = STEP.exec(math)
    if (match === null) return undefined
    const [, sign, count, added, rounded] = match
    const ms = Number(floorDivide(ns, MS))
    if (Math.abs(ms) > 8e15) return undefined
    if (rounded !== undefined) {
      const unit = UNITS[rounded]!
      const start = floorToUnit(ms, unit, zone)
      ns = roundUp ? BigInt(nextUnit(start, unit, zone)) * MS - 1n : BigInt(start) * MS
    } else {
      const steps = count === '' ? 1 : Number(count)
      const moved = addUnits(ms, UNITS[added!]!, sign === '-' ? -steps : steps, zone)
      if (!Number.isFinite(moved)) return undefined
      ns += BigInt(moved - ms) * MS
    }
  }
  return ns
}
