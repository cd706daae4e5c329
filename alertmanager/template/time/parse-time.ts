import { quoteGo } from '#lib/go-quote.ts'
import { daysInMonth, daysOf } from './civil.ts'
import { GoTime, timeOnWall } from './go-time.ts'
import { MONTHS, splitLayout, WEEKDAYS } from './layout.ts'
import { fixedZone, localZone, UTC, type Zone } from './zone.ts'

export type ParsedTime = { readonly ok: true; readonly time: GoTime } | { readonly ok: false; readonly problem: string }

/** What was read of a time so far. */
interface Reading {
  year: number
  month: number
  day: number
  yearDay: number | undefined
  hour: number
  minute: number
  second: number
  nanos: number
  half: 'am' | 'pm' | undefined
  offset: number | undefined
  zone: Zone | undefined
  zoneName: string
}

/** Takes an element from the head of the text: how much of it, or undefined if it is not there; a text is what is out of range. */
type Take = (rest: string, reading: Reading) => number | undefined | { readonly outOfRange: string }

/** Reads a time by one of Go's layouts. Without a zone it is in UTC. */
export function parseTime(layout: string, text: string): ParsedTime {
  const reading: Reading = {
    year: 0,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    half: undefined,
    offset: undefined,
    zone: undefined,
    zoneName: '',
  }
  const fail = (problem: string): ParsedTime => ({ ok: false, problem: `parsing time ${quoteGo(text)}${problem}` })
  const mismatch = (rest: string, element: string) =>
    fail(` as ${quoteGo(layout)}: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`)
  let rest = text
  const pieces = splitLayout(layout)
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      const skipped = skipLiteral(rest, piece)
      if (skipped === undefined) return mismatch(rest, piece)
      rest = skipped
      continue
    }
    const taken = takerOf(piece, pieces[index + 2])(rest, reading)
    if (taken === undefined) return mismatch(rest, piece)
    if (typeof taken === 'object') return fail(`: ${taken.outOfRange} out of range`)
    rest = rest.slice(taken)
  }
  if (rest !== '') return fail(`: extra text: ${quoteGo(rest)}`)
  const time = timeOf(reading)
  return typeof time === 'string' ? fail(`: ${time}`) : { ok: true, time }
}

/** A run of spaces stands for any run of spaces. */
function skipLiteral(text: string, literal: string): string | undefined {
  let rest = text
  for (const part of literal.match(/ +|[^ ]+/g) ?? []) {
    if (part.startsWith(' ')) {
      if (rest !== '' && !rest.startsWith(' ')) return undefined
      rest = rest.replace(/^ +/, '')
    } else {
      if (!rest.startsWith(part)) return undefined
      rest = rest.slice(part.length)
    }
  }
  return rest
}

type Numeric = 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second'

function number(pattern: RegExp, field: Numeric, low: number, high: number, name: string = field): Take {
  return (rest, reading) => {
    const digits = pattern.exec(rest)
    if (digits === null) return undefined
    const value = Number(digits[1])
    if (value < low || value > high) return { outOfRange: name }
    reading[field] = value
    return digits[0].length
  }
}

function name(names: readonly string[], take: (index: number, reading: Reading) => void): Take {
  return (rest, reading) => {
    const index = names.findIndex((candidate) => rest.toLowerCase().startsWith(candidate.toLowerCase()))
    if (index < 0) return undefined
    take(index, reading)
    return names[index]!.length
  }
}

const setMonth = (index: number, reading: Reading) => {
  reading.month = index + 1
}
const short = (names: readonly string[]) => names.map((word) => word.slice(0, 3))

const half: Take = (rest, reading) => {
  const match = /^(?:[ap]m|[AP]M)/.exec(rest)
  if (match === null) return undefined
  reading.half = match[0].toLowerCase() === 'pm' ? 'pm' : 'am'
  return 2
}

const TAKERS: Readonly<Record<string, Take>> = {
  January: name(MONTHS, setMonth),
  Jan: name(short(MONTHS), setMonth),
  Monday: name(WEEKDAYS, () => {}),
  Mon: name(short(WEEKDAYS), () => {}),
  '1': number(/^(\d\d?)/, 'month', 1, 12),
  '01': number(/^(\d\d)/, 'month', 1, 12),
  '2': number(/^(\d\d?)/, 'day', 0, 99),
  _2: number(/^ ?(\d\d?)/, 'day', 0, 99),
  '02': number(/^(\d\d)/, 'day', 0, 99),
  __2: number(/^ {0,2}(\d\d?\d?)/, 'yearDay', 0, 999),
  '002': number(/^(\d\d\d)/, 'yearDay', 0, 999),
  '15': number(/^(\d\d?)/, 'hour', 0, 23),
  '3': number(/^(\d\d?)/, 'hour', 0, 12),
  '03': number(/^(\d\d)/, 'hour', 0, 12),
  '4': number(/^(\d\d?)/, 'minute', 0, 59),
  '04': number(/^(\d\d)/, 'minute', 0, 59),
  '2006': number(/^(\d{4})/, 'year', 0, 9_999),
  '06': (rest, reading) => {
    const digits = /^\d\d/.exec(rest)
    if (digits === null) return undefined
    reading.year = Number(digits[0]) + (Number(digits[0]) >= 69 ? 1_900 : 2_000)
    return 2
  },
  PM: half,
  pm: half,
  MST: takeZoneName,
}

function takerOf(element: string, next: string | undefined): Take {
  const taker = TAKERS[element]
  if (taker !== undefined) return taker
  if (element === '5' || element === '05') return (rest, reading) => takeSeconds(element, next, rest, reading)
  if (/^[.,]/.test(element)) return (rest, reading) => takeFraction(element, rest, reading)
  return (rest, reading) => takeOffset(element, rest, reading)
}

/** A fraction may follow the seconds even where the layout has none. */
function takeSeconds(element: string, next: string | undefined, rest: string, reading: Reading): ReturnType<Take> {
  const taken = number(element === '5' ? /^(\d\d?)/ : /^(\d\d)/, 'second', 0, 59)(rest, reading)
  if (typeof taken !== 'number' || /^[.,]/.test(next ?? '')) return taken
  return taken + readFraction(/^[.,](\d+)/.exec(rest.slice(taken)), reading)
}

function readFraction(match: RegExpExecArray | null, reading: Reading): number {
  if (match === null) return 0
  reading.nanos = Number(match[1]!.slice(0, 9).padEnd(9, '0'))
  return match[0].length
}

function takeFraction(element: string, rest: string, reading: Reading): number | undefined {
  if (element[1] === '9') return readFraction(/^[.,](\d+)/.exec(rest), reading)
  const taken = readFraction(new RegExp(`^[.,](\\d{${element.length - 1}})`).exec(rest), reading)
  return taken === 0 ? undefined : taken
}

function takeOffset(element: string, rest: string, reading: Reading): ReturnType<Take> {
  if (element.startsWith('Z') && rest.startsWith('Z')) {
    reading.zone = UTC
    return 1
  }
  const colon = element.includes(':') ? ':' : ''
  const pairs = Math.floor(element.replaceAll(':', '').length / 2)
  const match = new RegExp(`^([+-])${Array(pairs).fill('(\\d\\d)').join(colon)}`).exec(rest)
  if (match === null) return undefined
  const [all, sign, hours = '0', minutes = '0', seconds = '0'] = match
  if (Number(hours) > 24) return { outOfRange: 'time zone offset hour' }
  if (Number(minutes) > 60) return { outOfRange: 'time zone offset minute' }
  if (Number(seconds) > 60) return { outOfRange: 'time zone offset second' }
  const total = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  reading.offset = sign === '-' ? -total : total
  return all.length
}

const ZONE_NAME =
  /^(?:ChST|MeST|GMT(?:[+-]\d{1,2})?|[+-]\d\d(?:\d\d)?|WITA|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|[A-Z]{3}(?![A-Z]))/

function takeZoneName(rest: string, reading: Reading): number | undefined {
  if (rest.startsWith('UTC')) {
    reading.zone = UTC
    return 3
  }
  const match = ZONE_NAME.exec(rest)
  if (match === null) return undefined
  reading.zoneName = match[0]
  return match[0].length
}

/** The time, or what is wrong with it. */
function timeOf(reading: Reading): GoTime | string {
  const { year, month, day, yearDay, minute, second, nanos, zone, offset, zoneName } = reading
  if (yearDay === undefined && (day < 1 || day > daysInMonth(year, month))) return 'day out of range'
  const lastDay = daysOf(year + 1, 1, 1) - daysOf(year, 1, 1)
  if (yearDay !== undefined && (yearDay < 1 || yearDay > lastDay)) return 'day-of-year out of range'
  const days = yearDay === undefined ? daysOf(year, month, day) : daysOf(year, 1, yearDay)
  const wall = days * 86_400 + hourOf(reading) * 3_600 + minute * 60 + second
  if (zone !== undefined) return timeOnWall(wall, nanos, zone)
  const local = localZone()
  if (offset !== undefined) {
    const seconds = wall - offset
    const state = local.at(seconds)
    const isLocal = state.offset === offset && (zoneName === '' || state.abbreviation === zoneName)
    return new GoTime(seconds, nanos, isLocal ? local : fixedZone(zoneName, offset))
  }
  if (zoneName === '') return timeOnWall(wall, nanos, UTC)
  const inLocal = timeOnWall(wall, nanos, local)
  if (local.at(inLocal.unixSeconds).abbreviation === zoneName) return inLocal
  const hours = zoneName.startsWith('GMT') ? Number(zoneName.slice(3)) : 0
  return new GoTime(wall - hours * 3_600, nanos, fixedZone(zoneName, hours * 3_600))
}

function hourOf({ hour, half: halfOfDay }: Reading): number {
  if (halfOfDay === 'pm' && hour < 12) return hour + 12
  return halfOfDay === 'am' && hour === 12 ? 0 : hour
}
