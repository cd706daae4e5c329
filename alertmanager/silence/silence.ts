import type { LabelSet } from '#lib/labels.ts'
import type { Matcher } from '#lib/matchers.ts'

/** Keeps the alerts that match from being told, for a while. Times are epoch milliseconds. */
export interface Silence {
  /** A random UUID. */
  readonly id: string
  /** All must hold; at least one, in the order in which they were given. */
  readonly matchers: readonly Matcher[]
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  readonly createdBy: string
  readonly comment: string
  readonly annotations: LabelSet
}

/** In the order in which the API lists them. */
export const SILENCE_STATES = ['active', 'pending', 'expired'] as const
export type SilenceState = (typeof SILENCE_STATES)[number]

export function silenceState({ startsAtMs, endsAtMs, updatedAtMs }: Silence, nowMs: number): SilenceState {
  // Ended by hand: from that very moment on, and for good, even if the clock is set back.
  if (endsAtMs <= updatedAtMs) return 'expired'
  if (nowMs < startsAtMs) return 'pending'
  return nowMs > endsAtMs ? 'expired' : 'active'
}

/** In the order of the API: active ones by their end, pending ones by their start, expired ones, the last one first. */
export function sortSilences(silences: Iterable<Silence>, nowMs: number): Silence[] {
  const byState: Readonly<Record<SilenceState, Silence[]>> = { active: [], pending: [], expired: [] }
  for (const silence of silences) byState[silenceState(silence, nowMs)].push(silence)
  const { active, pending, expired } = byState
  active.sort((a, b) => a.endsAtMs - b.endsAtMs)
  pending.sort((a, b) => a.startsAtMs - b.startsAtMs)
  expired.sort((a, b) => b.endsAtMs - a.endsAtMs)
  return [...active, ...pending, ...expired]
}

/**
 * Above zero if the first is the later version of a silence. Of two that were made in one millisecond the one that ends
 * earlier counts, as it mutes less; for the rest anything does that is the same everywhere.
 */
export function compareChanges(a: Silence, b: Silence): number {
  const order = a.updatedAtMs - b.updatedAtMs || b.endsAtMs - a.endsAtMs
  if (order !== 0) return order
  const [text, other] = [printSilence(a), printSilence(b)]
  return text < other ? -1 : Number(text > other)
}

/** All that a silence says, the same for silences that say the same. */
export function printSilence(silence: Silence): string {
  const { id, matchers, startsAtMs, endsAtMs, updatedAtMs, createdBy, comment, annotations } = silence
  const times = [startsAtMs, endsAtMs, updatedAtMs]
  return JSON.stringify([id, matchers.map(String), ...times, createdBy, comment, [...annotations]])
}
