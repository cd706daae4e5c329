import type { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'
import type { TimeMute } from './time-mute.ts'

/** Why an alert is not told, in the words of `notifications_suppressed_total`. */
export const MUTE_REASONS = ['silence', 'inhibition', 'mute_time_interval', 'active_time_interval'] as const
export type MuteReason = (typeof MUTE_REASONS)[number]

/** Something that keeps single alerts from being told: silences, inhibition. */
export interface Muter {
  readonly reason: 'silence' | 'inhibition'
  /** Ids of what mutes an alert with these labels right now; empty if nothing does. */
  mutedBy(labels: LabelSet): readonly string[]
}

/** What mutes an alert, as the API shows it. */
export interface MuteStatus {
  readonly silencedBy: readonly string[]
  readonly inhibitedBy: readonly string[]
  /** Time intervals of the route; known only where an alert is shown in its group. */
  readonly mutedBy: readonly string[]
}

const NOBODY: readonly string[] = []

export function muteStatus(muters: readonly Muter[], labels: LabelSet, mutedBy = NOBODY): MuteStatus {
  let [silencedBy, inhibitedBy] = [NOBODY, NOBODY]
  for (const muter of muters) {
    const ids = muter.mutedBy(labels)
    if (ids.length === 0) continue
    if (muter.reason === 'silence') silencedBy = [...silencedBy, ...ids]
    else inhibitedBy = [...inhibitedBy, ...ids]
  }
  return { silencedBy, inhibitedBy, mutedBy }
}

/** What mutes alerts: ids of silences, fingerprints of those that inhibit, names of time intervals. */
export type MutedBy = ReadonlyMap<MuteReason, ReadonlySet<string>>

/** The alerts of a flush, taken apart. */
export interface Sifted {
  /** That nothing mutes. */
  readonly told: ReadonlySet<FlushedAlert>
  readonly muted: readonly FlushedAlert[]
  /** At most {@link MAX_NAMED} of each reason. */
  readonly mutedBy: MutedBy
}

const MAX_NAMED = 10

export interface SiftOptions {
  readonly muters: readonly Muter[]
  readonly timeMute: TimeMute | undefined
  /** Takes how many alerts were muted, by each reason that there was. */
  readonly onSuppressed: (reason: MuteReason, count: number) => void
}

/** Takes muted alerts out of a flush, in upstream's order: inhibited ones, all at certain times, silenced ones. */
export function sift(alerts: readonly FlushedAlert[], { muters, timeMute, onSuppressed }: SiftOptions): Sifted {
  const told = new Set(alerts)
  const muted: FlushedAlert[] = []
  const mutedBy = new Map<MuteReason, Set<string>>()
  const take = (reason: MuteReason, idsOf: (labels: LabelSet) => readonly string[]) => {
    const before = muted.length
    const named = new Set<string>()
    for (const flushed of told) {
      const ids = idsOf(flushed.alert.labels)
      if (ids.length === 0) continue
      told.delete(flushed)
      muted.push(flushed)
      for (const id of ids) if (named.size < MAX_NAMED) named.add(id)
    }
    if (muted.length === before) return
    mutedBy.set(reason, named)
    onSuppressed(reason, muted.length - before)
  }
  const takeBy = (reason: Muter['reason']) => {
    for (const muter of muters) {
      if (muter.reason === reason) take(reason, (labels) => muter.mutedBy(labels))
    }
  }
  takeBy('inhibition')
  if (timeMute !== undefined) take(timeMute.reason, () => timeMute.mutedBy)
  takeBy('silence')
  return { told, muted, mutedBy }
}
