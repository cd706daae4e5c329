/** Days are counted from 1970-01-01 in UTC. A time within a day is in nanoseconds, which a double holds exactly. */
export const DAY_MS = 86_400_000
export const DAY_NS = DAY_MS * 1e6

/** A point in time: a day, and the nanoseconds since it began. */
export interface DayTime {
  readonly day: number
  readonly ns: number
}

/** The latest day that nanoseconds since 1970 in 64 bits reach, which is what `date_nanos` is. */
export const MAX_DAY = 106_750

export function dayTimeOf(epochNs: bigint): DayTime {
  const day = Number(epochNs / BigInt(DAY_NS)) - (epochNs < 0n && epochNs % BigInt(DAY_NS) !== 0n ? 1 : 0)
  return { day, ns: Number(epochNs - BigInt(day) * BigInt(DAY_NS)) }
}

export function epochNsOf(day: number, ns: number): bigint {
  return BigInt(day) * BigInt(DAY_NS) + BigInt(ns)
}

/** `2026-11-21`, the name of a day. */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The day that a name stands for, or undefined for any other text. */
export function parseDayName(name: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return undefined
  const day = Date.parse(`${name}T00:00:00Z`) / DAY_MS
  return Number.isInteger(day) && dayName(day) === name ? day : undefined
}
