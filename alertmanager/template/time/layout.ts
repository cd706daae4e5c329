import { civilOf, daysOf } from './civil.ts'
import type { ZoneState } from './zone.ts'

export const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
] as const
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

/** What a clock and a calendar on the wall show. */
export interface WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  /** From 1. */
  readonly yearDay: number
  /** From 0, Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanos: number
  readonly zone: ZoneState
}

const SECONDS_PER_DAY = 86_400

/** What hangs on the wall of a zone at a time. */
export function wallTime(unixSeconds: number, nanos: number, zone: ZoneState): WallTime {
  const local = unixSeconds + zone.offset
  const days = Math.floor(local / SECONDS_PER_DAY)
  const inDay = local - days * SECONDS_PER_DAY
  const { year, month, day } = civilOf(days)
  return {
    year,
    month,
    day,
    yearDay: days - daysOf(year, 1, 1) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(inDay / 3_600),
    minute: Math.floor(inDay / 60) % 60,
    second: inDay % 60,
    nanos,
    zone,
  }
}

/** What of a layout stands for a part of the time. Where several fit, the one that comes first here counts. */
const ELEMENTS =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|__2|_2(?!006)|2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/g

/** Cuts a layout into literal text (even places) and elements (odd ones). */
export function splitLayout(layout: string): string[] {
  const pieces: string[] = []
  let end = 0
  for (const match of layout.matchAll(ELEMENTS)) {
    pieces.push(layout.slice(end, match.index), match[0])
    end = match.index + match[0].length
  }
  pieces.push(layout.slice(end))
  return pieces
}

/** Writes a time by one of Go's layouts. */
export function formatTime(layout: string, time: WallTime): string {
  return splitLayout(layout)
    .map((piece, index) => (index % 2 === 0 ? piece : formatElement(piece, time)))
    .join('')
}

function formatElement(element: string, time: WallTime): string {
  switch (element) {
    case 'January':
      return MONTHS[time.month - 1]!
    case 'Jan':
      return MONTHS[time.month - 1]!.slice(0, 3)
    case 'Monday':
      return WEEKDAYS[time.weekday]!
    case 'Mon':
      return WEEKDAYS[time.weekday]!.slice(0, 3)
    case '1':
      return String(time.month)
    case '01':
      return two(time.month)
    case '2':
      return String(time.day)
    case '_2':
      return String(time.day).padStart(2)
    case '02':
      return two(time.day)
    case '__2':
      return String(time.yearDay).padStart(3)
    case '002':
      return String(time.yearDay).padStart(3, '0')
    case '15':
      return two(time.hour)
    case '3':
      return String(time.hour % 12 || 12)
    case '03':
      return two(time.hour % 12 || 12)
    case '4':
      return String(time.minute)
    case '04':
      return two(time.minute)
    case '5':
      return String(time.second)
    case '05':
      return two(time.second)
    case '2006':
      return `${time.year < 0 ? '-' : ''}${String(Math.abs(time.year)).padStart(4, '0')}`
    case '06':
      return two(Math.abs(time.year) % 100)
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am'
    case 'MST':
      return time.zone.abbreviation === '' ? formatOffset('-0700', time.zone.offset) : time.zone.abbreviation
  }
  return /^[.,]/.test(element) ? formatFraction(element, time.nanos) : formatOffset(element, time.zone.offset)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function formatFraction(element: string, nanos: number): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .slice(0, element.length - 1)
    .padEnd(element.length - 1, '0')
  if (element[1] === '0') return element[0] + digits
  const shown = digits.slice(0, 9).replace(/0+$/, '')
  return shown === '' ? '' : element[0] + shown
}

function formatOffset(element: string, offset: number): string {
  if (offset === 0 && element.startsWith('Z')) return 'Z'
  // Towards zero, as Go divides: an offset of less than a minute west of UTC has a plus.
  const minutes = Math.trunc(offset / 60)
  const size = Math.abs(minutes)
  const parts = [two(Math.floor(size / 60)), two(size % 60), two(Math.abs(offset) % 60)]
  const count = Math.floor(element.replaceAll(':', '').length / 2)
  return `${minutes < 0 ? '-' : '+'}${parts.slice(0, count).join(element.includes(':') ? ':' : '')}`
}
