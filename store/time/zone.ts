import { parseOffset } from './parse-date.ts'

/** A time zone: what its clocks show at a point in time. */
export interface Zone {
  readonly name: string
  /** Milliseconds that local time is ahead of UTC. */
  readonly offsetAt: (epochMs: number) => number
}

export const UTC: Zone = { name: 'UTC', offsetAt: () => 0 }

/** Offsets change at whole quarters of an hour. */
const SLOT_MS = 900_000
const MAX_REMEMBERED = 10_000

/** Reads `Z`, `+01:00` or a name as in `Europe/Berlin`; undefined for anything else. */
export function parseZone(text: string): Zone | undefined {
  const minutes = parseOffset(text)
  if (minutes === 0 || text === 'GMT') return UTC
  if (minutes !== undefined) return { name: text, offsetAt: () => minutes * 60_000 }
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(text)) return undefined
  try {
    return namedZone(text)
  } catch {
    return undefined
  }
}

function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const known = new Map<number, number>()
  return {
    name,
    offsetAt(epochMs) {
      const slot = Math.floor(epochMs / SLOT_MS)
      let offset = known.get(slot)
      if (offset === undefined) {
        offset = localMs(format, slot * SLOT_MS) - slot * SLOT_MS
        if (known.size >= MAX_REMEMBERED) known.clear()
        known.set(slot, offset)
      }
      return offset
    },
  }
}

function localMs(format: Intl.DateTimeFormat, epochMs: number): number {
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]))
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
}

/** The point in time at which clocks of the zone show this; of two such points the earlier one. */
export function utcOf(zone: Zone, localEpochMs: number): number {
  const before = localEpochMs - zone.offsetAt(localEpochMs - 86_400_000)
  if (before + zone.offsetAt(before) === localEpochMs) return before
  return localEpochMs - zone.offsetAt(localEpochMs - zone.offsetAt(localEpochMs))
}
