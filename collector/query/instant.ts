import { parseDuration } from '#lib/duration.ts'

/**
 * A point in time as text: UTC, nine digits, `2026-11-21T10:46:00.123456789Z`. Text order is time order, and no
 * nanosecond is lost on the way through JSON.
 */
export type Instant = string

const PATTERN = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:\d\d))?$/
/** What a `date_nanos` field can hold. */
const EARLIEST_MS = 0
const LATEST_MS = Date.UTC(2262, 3, 11)

/** Reads RFC 3339, or a date alone, which is its midnight in UTC. Undefined if it is neither, or not a real date. */
export function parseInstant(text: string): Instant | undefined {
  const match = PATTERN.exec(text)
  if (match === null) return undefined
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match
  const wall = Date.parse(`${date}T${minutes}:${seconds}Z`)
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined
  const epochMs = Date.parse(`${date}T${minutes}:${seconds}${zone.toUpperCase()}`)
  if (!(epochMs >= EARLIEST_MS && epochMs < LATEST_MS)) return undefined
  return `${new Date(epochMs).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`
}

/** Reads an instant, or a duration (`15m`) as that long before now. */
export function parsePast(text: string, nowMs: number): Instant | undefined {
  const durationMs = parseDuration(text)
  return durationMs === undefined ? parseInstant(text) : instantOf(Math.max(EARLIEST_MS, nowMs - durationMs))
}

/** The instant of epoch milliseconds. */
export function instantOf(epochMs: number): Instant {
  return `${new Date(epochMs).toISOString().slice(0, 23)}000000Z`
}

/** Epoch milliseconds of an instant, rounded down. */
export function millisecondsOf(instant: Instant): number {
  return Date.parse(`${instant.slice(0, 23)}Z`)
}
