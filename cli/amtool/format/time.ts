import { formatMilli, type Moment, parseMoment } from '../../../alertmanager/moment.ts'
import { CommandError } from '../command-line/grammar.ts'

export const DEFAULT_DATE_FORMAT = '2006-01-02 15:04:05 MST'

/** Prints a time of the API, in the zone in which it came. */
export type FormatDate = (time: string) => string

/** The printer of a Go layout. */
export async function createDateFormat(layout: string): Promise<FormatDate> {
  if (layout === DEFAULT_DATE_FORMAT) return formatDefault
  const { formatTime, wallTime } = await import('../../../alertmanager/template/time/layout.ts')
  return (time) => {
    const { ms, ns, offsetMinutes } = momentOfText(time)
    const seconds = Math.floor(ms / 1_000)
    const zone = { offset: offsetMinutes * 60, abbreviation: offsetMinutes === 0 ? 'UTC' : '', isSummer: false }
    return formatTime(layout, wallTime(seconds, (ms - seconds * 1_000) * 1_000_000 + ns, zone))
  }
}

function formatDefault(time: string): string {
  const moment = momentOfText(time)
  const wall = formatMilli(moment)
  const zone = wall.slice(23)
  return `${wall.slice(0, 10)} ${wall.slice(11, 19)} ${zone === 'Z' ? 'UTC' : zone.replace(':', '')}`
}

/** A time as the API writes it, whichever precision a server used. */
export function normalTime(time: string): string {
  return formatMilli(momentOfText(time))
}

export function epochMs(time: string): number {
  return momentOfText(time).ms
}

function momentOfText(time: string): Moment {
  const moment = parseMoment(time)
  if (moment === undefined) throw new CommandError(`the server answered with ${JSON.stringify(time)}, which is no time`)
  return moment
}

const RFC3339 = '2006-01-02T15:04:05Z07:00'

/** Reads RFC 3339 strictly. @throws CommandError in the words of Go's time package */
export async function parseRfc3339(text: string): Promise<string> {
  const { parseTime } = await import('../../../alertmanager/template/time/parse-time.ts')
  const result = parseTime(RFC3339, text)
  if (!result.ok) throw new CommandError(result.problem)
  return formatMilli(momentOfText(text))
}
