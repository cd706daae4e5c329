import type { Span } from '../config/calendar-ranges.ts'
import type { NamedTimeInterval, TimeInterval } from '../config/time-intervals.ts'

/** The time intervals of a configuration by their names. */
export interface TimeIntervals {
  /** Whether the interval of this name contains a moment, in epoch milliseconds. A name that there is none of contains nothing. */
  contains(name: string, epochMs: number): boolean
}

/** What a clock and a calendar on a wall show. */
interface WallTime {
  readonly minuteOfDay: number
  readonly weekday: number
  readonly day: number
  readonly daysInMonth: number
  readonly month: number
  readonly year: number
}

export function createTimeIntervals(named: readonly NamedTimeInterval[]): TimeIntervals {
  const byName = new Map(named.map(({ name, intervals }) => [name, intervals]))
  const clocks = new Map<string | undefined, (epochMs: number) => WallTime>()
  const wallTime = (zone: string | undefined, epochMs: number) => {
    const clock = clocks.get(zone) ?? createWallClock(zone)
    clocks.set(zone, clock)
    return clock(epochMs)
  }
  return {
    contains(name, epochMs) {
      const intervals = byName.get(name) ?? []
      return intervals.some((interval) => holds(interval, wallTime(interval.zone, epochMs)))
    },
  }
}

function holds({ times, weekdays, daysOfMonth, months, years }: TimeInterval, at: WallTime): boolean {
  const within = (value: number) => (span: Span) => value >= span.begin && value <= span.end
  const isNow = ({ startMinute, endMinute }: { startMinute: number; endMinute: number }) =>
    at.minuteOfDay >= startMinute && at.minuteOfDay < endMinute
  return (
    (times?.some(isNow) ?? true) &&
    (daysOfMonth?.some((span) => isDay(span, at)) ?? true) &&
    (months?.some(within(at.month)) ?? true) &&
    (weekdays?.some(within(at.weekday)) ?? true) &&
    (years?.some(within(at.year)) ?? true)
  )
}

/** A negative day before the first one of a short month means the first; what begins after its last day is not in it. */
function isDay({ begin, end }: Span, { day, daysInMonth }: WallTime): boolean {
  const resolve = (bound: number) => (bound < 0 ? daysInMonth + bound + 1 : bound)
  return day >= resolve(begin) && day <= resolve(end)
}

/** @param zone an IANA name, or undefined for the zone of this machine */
function createWallClock(zone: string | undefined): (epochMs: number) => WallTime {
  if (zone === 'UTC') return readCalendar
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
  return (epochMs) => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
    for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part
    // The same figures on a wall in UTC, where a calendar can be asked for the rest.
    return readCalendar(Date.UTC(year, month - 1, day, hour, minute))
  }
}

function readCalendar(utcMs: number): WallTime {
  const date = new Date(utcMs)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  return {
    minuteOfDay: date.getUTCHours() * 60 + date.getUTCMinutes(),
    weekday: date.getUTCDay(),
    day: date.getUTCDate(),
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    month,
    year,
  }
}
