import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTimeIntervals } from '../../../alertmanager/mute/time-intervals.ts'
import { configOf } from '../support/test-router.ts'

/** An interval as it is written. */
interface Written {
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[]
  readonly weekdays?: readonly string[]
  readonly days_of_month?: readonly string[]
  readonly months?: readonly string[]
  readonly years?: readonly string[]
  readonly location?: string
}

function intervalsOf(...time_intervals: readonly Written[]) {
  const config = {
    route: { receiver: 'a' },
    receivers: [{ name: 'a' }],
    time_intervals: [{ name: 'x', time_intervals }],
  }
  return createTimeIntervals(configOf(JSON.stringify(config)).timeIntervals)
}

const contains = (interval: Written, moment: string) => intervalsOf(interval).contains('x', Date.parse(moment))

test('the end of a time is not in it, and 24:00 is the end of the day', () => {
  const times = [{ start_time: '09:00', end_time: '17:30' }]
  assert.equal(contains({ times }, '2026-11-20T08:59:59.999Z'), false)
  assert.equal(contains({ times }, '2026-11-20T09:00:00Z'), true)
  assert.equal(contains({ times }, '2026-11-20T17:29:59.999Z'), true)
  assert.equal(contains({ times }, '2026-11-20T17:30:00Z'), false)
  const allDay = [{ start_time: '00:00', end_time: '24:00' }]
  assert.equal(contains({ times: allDay }, '2026-11-20T23:59:59Z'), true)
  assert.equal(contains({ times: allDay }, '2026-11-20T00:00:00Z'), true)
})

test('negative days count from the end of the month, and ranges end with it', () => {
  assert.equal(contains({ days_of_month: ['-1'] }, '2028-02-29T12:00:00Z'), true)
  assert.equal(contains({ days_of_month: ['-1'] }, '2028-02-28T12:00:00Z'), false)
  assert.equal(contains({ days_of_month: ['-1'] }, '2026-02-28T12:00:00Z'), true)
  assert.equal(contains({ days_of_month: ['29:31'] }, '2026-02-28T12:00:00Z'), false)
  assert.equal(contains({ days_of_month: ['25:31'] }, '2026-02-28T12:00:00Z'), true)
  assert.equal(contains({ days_of_month: ['-31:-28'] }, '2026-02-01T12:00:00Z'), true)
  assert.equal(contains({ days_of_month: ['-31:-28'] }, '2026-02-02T12:00:00Z'), false)
})

test('everything in an interval must hold, and one entry of each list; one interval of several is enough', () => {
  const written = { weekdays: ['Monday:FRIDAY', 'sunday'], months: ['november', '1:2'], years: ['2026'] }
  assert.equal(contains(written, '2026-11-20T12:00:00Z'), true)
  assert.equal(contains(written, '2026-11-22T12:00:00Z'), true)
  assert.equal(contains(written, '2026-11-21T12:00:00Z'), false)
  assert.equal(contains(written, '2027-01-04T12:00:00Z'), false)
  const either = intervalsOf({ years: ['2020'] }, { months: ['may'] })
  assert.equal(either.contains('x', Date.parse('2026-05-01T00:00:00Z')), true)
  assert.equal(either.contains('x', Date.parse('2026-06-01T00:00:00Z')), false)
})

test('an empty interval always holds, an empty list and an unknown name never', () => {
  assert.equal(contains({}, '2026-11-20T12:00:00Z'), true)
  assert.equal(contains({ weekdays: [] }, '2026-11-20T12:00:00Z'), false)
  assert.equal(intervalsOf({}).contains('y', 0), false)
  assert.equal(intervalsOf().contains('x', 0), false)
})

test('the hour that a zone skips does not come, and the one that it repeats comes twice', () => {
  const times = [{ start_time: '02:00', end_time: '03:00' }]
  const location = 'Europe/Berlin'
  const hits = (day: string) => {
    const intervals = intervalsOf({ times, location })
    const midnight = Date.parse(`${day}T00:00:00Z`) - 2 * 3_600_000
    return Array.from({ length: 26 * 60 }, (_, minute) => midnight + minute * 60_000).filter((moment) => {
      return intervals.contains('x', moment)
    }).length
  }
  assert.equal(hits('2026-03-28'), 60)
  assert.equal(hits('2026-03-29'), 0)
  assert.equal(hits('2026-10-25'), 120)
})

const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'],
  ...['America/St_Johns', 'Africa/Casablanca'],
]
/** Around changes of the clock, ends of months and of a leap year's February. */
const MOMENTS = [
  ...['2026-03-29T00:00Z', '2026-10-25T00:00Z', '2026-03-08T06:00Z', '2026-11-01T05:00Z', '2026-04-04T14:00Z'],
  ...['2026-10-03T15:00Z', '2028-02-28T20:00Z', '2025-12-31T20:00Z', '2026-02-28T22:00Z', '2011-12-30T09:00Z'],
]
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** The figures of a wall clock, as a locale with a sortable format prints them. */
function wallFigures(location: string) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: location, dateStyle: 'short', timeStyle: 'short' })
  return (epochMs: number) => {
    const [year, month, day, hour, minute] = format.format(epochMs).split(/\D+/).map(Number) as number[]
    return { year: year!, month: month!, day: day!, time: hour! * 60 + minute! }
  }
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Sakamoto's method. */
function weekdayOf(year: number, month: number, day: number): number {
  const y = month < 3 ? year - 1 : year
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1]!
  return (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + shift + day) % 7
}

test('minute by minute, any interval holds when a wall calendar says so', () => {
  const span = (min: number, max: number) =>
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  const days = fc.oneof(
    span(1, 31),
    span(1, 28).map(([a, b]) => [-b, -a] as const),
  )
  const lists = <T>(entry: fc.Arbitrary<T>) =>
    fc.option(fc.array(entry, { minLength: 1, maxLength: 2 }), { nil: undefined })
  const interval = fc.record({
    times: lists(span(0, 1439).map(([a, b]) => [a, b + 1] as const)),
    weekdays: lists(span(0, 6)),
    days: lists(days),
    months: lists(span(1, 12)),
    years: lists(span(2024, 2029)),
  })
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const text = ([a, b]: readonly [number, number]) => `${a}:${b}`

  fc.assert(
    fc.property(interval, fc.constantFrom(...ZONES), fc.constantFrom(...MOMENTS), (model, location, moment) => {
      const intervals = intervalsOf({
        ...(model.times && { times: model.times.map(([a, b]) => ({ start_time: clock(a), end_time: clock(b) })) }),
        ...(model.weekdays && { weekdays: model.weekdays.map(([a, b]) => `${WEEKDAYS[a]}:${WEEKDAYS[b]}`) }),
        ...(model.days && { days_of_month: model.days.map(text) }),
        ...(model.months && { months: model.months.map(text) }),
        ...(model.years && { years: model.years.map(text) }),
        location,
      })
      const figures = wallFigures(location)
      for (let minute = 0; minute < 600; minute++) {
        const epochMs = Date.parse(moment) + minute * 60_000
        const { year, month, day, time } = figures(epochMs)
        const isIn = (list: readonly (readonly [number, number])[] | undefined, value: number) =>
          list === undefined || list.some(([a, b]) => a <= value && value <= b)
        const isDay =
          model.days === undefined ||
          model.days.some(([a, b]) => (a > 0 ? isIn([[a, b]], day) : isIn([[a, b]], day - daysIn(year, month) - 1)))
        const expected =
          (model.times === undefined || model.times.some(([a, b]) => a <= time && time < b)) &&
          isIn(model.weekdays, weekdayOf(year, month, day)) &&
          isDay &&
          isIn(model.months, month) &&
          isIn(model.years, year)
        assert.equal(intervals.contains('x', epochMs), expected, new Date(epochMs).toISOString())
      }
    }),
    { numRuns: 60 },
  )
})

test('Local is the zone of the machine', () => {
  const here = new Date(2026, 5, 15, 12, 30)
  const times = [{ start_time: '12:30', end_time: '12:31' }]
  assert.equal(intervalsOf({ times, location: 'Local' }).contains('x', here.getTime()), true)
})
