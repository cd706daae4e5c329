import { utcOf, type Zone } from './zone.ts'

/** Units of the calendar, which have no fixed length. */
export type CalendarUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

const FIXED_MS: Partial<Record<CalendarUnit, number>> = { second: 1000, minute: 60_000, hour: 3_600_000 }

/** When the unit that a time lies in began, by the clocks of a zone. */
export function floorToUnit(epochMs: number, unit: CalendarUnit, zone: Zone): number {
  const offset = zone.offsetAt(epochMs)
  const local = epochMs + offset
  const fixed = FIXED_MS[unit]
  if (fixed !== undefined) return Math.floor(local / fixed) * fixed - offset
  return utcOf(zone, floorLocal(local, unit))
}

/** When the unit after the one that begins at this time begins. */
export function nextUnit(startMs: number, unit: CalendarUnit, zone: Zone): number {
  const fixed = FIXED_MS[unit]
  if (fixed !== undefined) return startMs + fixed
  return utcOf(zone, addLocal(startMs + zone.offsetAt(startMs), unit, 1))
}

/** Adds units to a time by the clocks of a zone; the last of a month stays within it. */
export function addUnits(epochMs: number, unit: CalendarUnit, count: number, zone: Zone): number {
  const fixed = FIXED_MS[unit]
  if (fixed !== undefined) return epochMs + fixed * count
  return utcOf(zone, addLocal(epochMs + zone.offsetAt(epochMs), unit, count))
}

function floorLocal(localMs: number, unit: CalendarUnit): number {
  const date = new Date(localMs)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  switch (unit) {
    case 'year':
      return Date.UTC(year, 0, 1)
    case 'quarter':
      return Date.UTC(year, month - (month % 3), 1)
    case 'month':
      return Date.UTC(year, month, 1)
    case 'week':
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7))
    default:
      return Date.UTC(year, month, day)
  }
}

function addLocal(localMs: number, unit: CalendarUnit, count: number): number {
  if (unit === 'day' || unit === 'week') return localMs + count * (unit === 'day' ? 1 : 7) * 86_400_000
  const date = new Date(localMs)
  const months = count * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1)
  const first = new Date(localMs)
  first.setUTCDate(1)
  first.setUTCMonth(date.getUTCMonth() + months)
  const lastDate = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(date.getUTCDate(), lastDate))
  return first.getTime()
}
