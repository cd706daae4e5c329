import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { list, optional, type Static, section, text } from '#lib/config/schema.ts'
import {
  type MinuteSpan,
  type Parsed,
  parseDaysOfMonth,
  parseMinutes,
  parseMonths,
  parseWeekdays,
  parseYears,
  type Span,
} from './calendar-ranges.ts'

const ranges = (description: string) => optional(list(text({ description: 'A range.' }), { description }))

const timeSchema = section('A time of the day.', {
  start_time: optional(text({ description: 'HH:MM.' })),
  end_time: optional(text({ description: 'HH:MM, not included; 24:00 is the end of the day.' })),
})

const intervalSchema = section('A part of the calendar; all that is written must hold.', {
  times: optional(list(timeSchema, { description: 'Times of the day.' })),
  weekdays: ranges('Weekdays such as monday:friday.'),
  days_of_month: ranges('Days such as 1:5; -1 is the last one of the month.'),
  months: ranges('Months such as january:march or 11:12.'),
  years: ranges('Years such as 2024:2026.'),
  location: optional(text({ description: 'Time zone such as Europe/Berlin; Local is that of this machine; UTC.' })),
})

const namedSchema = section('Parts of the calendar under a name that routes use.', {
  name: optional(text({ description: 'Name.' })),
  time_intervals: list(intervalSchema, { description: 'Parts of which one must hold.', default: [] }),
})

/** `time_intervals` and, under its old name, `mute_time_intervals`. */
export function timeIntervalsSchema(description: string) {
  return list(namedSchema, { description, default: [] })
}

type NamedOptions = Static<typeof namedSchema>
type IntervalOptions = Static<typeof intervalSchema>

/** A part of the calendar. What is undefined always holds; an empty list never does. */
export interface TimeInterval {
  readonly times: readonly MinuteSpan[] | undefined
  /** Sunday is 0. */
  readonly weekdays: readonly Span[] | undefined
  /** Negative days count from the end of the month. */
  readonly daysOfMonth: readonly Span[] | undefined
  readonly months: readonly Span[] | undefined
  readonly years: readonly Span[] | undefined
  /** IANA name of the zone, or undefined for that of this machine. */
  readonly zone: string | undefined
}

export interface NamedTimeInterval {
  readonly name: string
  /** It contains a moment if one of these does. */
  readonly intervals: readonly TimeInterval[]
}

export interface TimeIntervalContext {
  readonly report: Report
  readonly warn: (message: string) => void
}

/** Reads both lists, whose names are unique together; reports in upstream's words. */
export function readTimeIntervals(
  { mute_time_intervals, time_intervals }: Readonly<Record<ListKey, readonly NamedOptions[]>>,
  { report, warn }: TimeIntervalContext,
): readonly NamedTimeInterval[] {
  const names = new Set<string>()
  const readList = (key: ListKey, entries: readonly NamedOptions[]) =>
    entries.map((entry, index) => {
      const path = [key, index]
      const what = key === 'time_intervals' ? 'time interval' : 'mute time interval'
      const name = entry.name ?? ''
      if (name === '') report([...path, 'name'], `missing name in ${what}`, 'key')
      else if (names.has(name)) report([...path, 'name'], `${what} "${name}" is not unique`)
      names.add(name)
      const intervals = entry.time_intervals.map((interval, at) => {
        const read = readInterval(interval, [...path, 'time_intervals', at], report)
        for (const message of oddities(read)) warn(`${what} "${name}": ${message}`)
        return read
      })
      return { name, intervals }
    })
  return [...readList('mute_time_intervals', mute_time_intervals), ...readList('time_intervals', time_intervals)]
}

type ListKey = 'mute_time_intervals' | 'time_intervals'

function readInterval(interval: IntervalOptions, path: Path, report: Report): TimeInterval {
  const readAll = <O, T>(key: string, entries: readonly O[] | undefined, parse: (entry: O) => Parsed<T>) =>
    entries?.flatMap((entry, index) => {
      const parsed = parse(entry)
      if (parsed.ok) return [parsed.value]
      report([...path, key, index], parsed.problem)
      return []
    })
  return {
    times: readAll('times', interval.times, ({ start_time, end_time }) => parseMinutes(start_time, end_time)),
    weekdays: readAll('weekdays', interval.weekdays, parseWeekdays),
    daysOfMonth: readAll('days_of_month', interval.days_of_month, parseDaysOfMonth),
    months: readAll('months', interval.months, parseMonths),
    years: readAll('years', interval.years, parseYears),
    zone: readZone(interval.location ?? '', [...path, 'location'], report),
  }
}

function readZone(location: string, path: Path, report: Report): string | undefined {
  if (location === '' || location === 'UTC') return 'UTC'
  if (location === 'Local') return undefined
  // Node takes offsets such as +01:00 too, which upstream does not.
  if (/^[A-Za-z]/.test(location) && isZone(location)) return location
  report(path, `unknown time zone ${location}; write an IANA name such as Europe/Berlin, Local or UTC`)
  return 'UTC'
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** What is legal upstream, but never comes. */
function oddities({ times, weekdays, daysOfMonth, months, years }: TimeInterval): string[] {
  const lists = Object.entries({ times, weekdays, days_of_month: daysOfMonth, months, years })
  const empty = lists.filter(([, entries]) => entries?.length === 0)
  const never = (months ?? []).filter(({ begin, end }) => end < 1 || begin > 12)
  return [
    ...empty.map(([key]) => `${key} is an empty list, so this interval never holds; leave the key out`),
    ...never.map(({ begin }) => `there is no month ${begin}`),
  ]
}
