/** Whole numbers from begin to end, both included: weekdays, days, months or years. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** Minutes of a day, the end not included. */
export interface MinuteSpan {
  readonly startMinute: number
  readonly endMinute: number
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july'],
  ...['august', 'september', 'october', 'november', 'december'],
]

/** `09:00` to `17:30`; `24:00` is the end of the day. The problems are in upstream's words, as all in this file. */
export function parseMinutes(start: string | undefined, end: string | undefined): Parsed<MinuteSpan> {
  if ((start ?? '') === '' || (end ?? '') === '') return failed('both start and end times must be provided')
  for (const text of [start!, end!]) {
    if (!/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text)) {
      return failed(`couldn't parse timestamp ${text}, invalid format; write HH:MM from 00:00 to 24:00`)
    }
  }
  const value = { startMinute: minuteOf(start!), endMinute: minuteOf(end!) }
  if (value.startMinute < value.endMinute) return { ok: true, value }
  return failed('start time cannot be equal or greater than end time')
}

/** `monday:friday` or `sunday`; the week begins with sunday. */
export function parseWeekdays(text: string): Parsed<Span> {
  const range = parseSpan(text, (word) => numbered(WEEKDAYS, 0, word) ?? `${word} is not a valid weekday`)
  if (!range.ok || range.value.begin <= range.value.end) return range
  return failed('start day cannot be before end day')
}

/** `1:5`, `-3:-1` or `15`; negative days count from the end of the month. */
export function parseDaysOfMonth(text: string): Parsed<Span> {
  const range = parseSpan(text, wholeNumber)
  if (!range.ok) return range
  const { begin, end } = range.value
  for (const day of [begin, end]) {
    if (day === 0 || Math.abs(day) > 31) return failed(`${day} is not a valid day of the month: out of range`)
  }
  if (begin < 0 && end > 0) return failed('end day must be negative if start day is negative')
  // Months differ; what is wrong in one of 28 days is refused.
  const inShortest = (day: number) => (day < 0 ? 28 + day : day)
  if (inShortest(begin) <= inShortest(end)) return range
  return failed(`end day ${end} is always before start day ${begin}`)
}

/** `january:march`, `11:12` or `may`. */
export function parseMonths(text: string): Parsed<Span> {
  const number = (word: string) => {
    const value = wholeNumber(word)
    return typeof value === 'number' ? value : `${word} is not a valid month`
  }
  const range = parseSpan(text, (word) => numbered(MONTHS, 1, word) ?? number(word))
  if (!range.ok || range.value.begin <= range.value.end) return range
  const name = (month: number) => MONTHS[month - 1] ?? String(month)
  return failed(`end month ${name(range.value.end)} is before start month ${name(range.value.begin)}`)
}

/** `2024:2026` or `2030`. */
export function parseYears(text: string): Parsed<Span> {
  const range = parseSpan(text, wholeNumber)
  if (!range.ok || range.value.begin <= range.value.end) return range
  return failed(`end year ${range.value.end} is before start year ${range.value.begin}`)
}

function parseSpan(text: string, read: (word: string) => number | string): Parsed<Span> {
  const words = text.toLowerCase().split(':')
  if (words.length > 2) return failed(`couldn't parse range ${text}, invalid format`)
  const [begin, end] = [read(words[0]!), read(words.at(-1)!)]
  if (typeof begin === 'string') return failed(begin)
  return typeof end === 'string' ? failed(end) : { ok: true, value: { begin, end } }
}

function numbered(names: readonly string[], first: number, word: string): number | undefined {
  const index = names.indexOf(word)
  return index < 0 ? undefined : first + index
}

function wholeNumber(word: string): number | string {
  return /^[+-]?\d{1,15}$/.test(word) ? Number(word) : `${JSON.stringify(word)} is not a whole number`
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}

function failed(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}
