import type { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'

/** Why an alert is not told, in the words of `notifications_suppressed_total`. */
export type MuteReason = 'silence' | 'inhibition'

/** Something that keeps alerts from being told: silences, inhibition. */
export interface Muter {
  readonly reason: MuteReason
  /** Ids of what mutes an alert with these labels right now; empty if nothing does. */
  mutedBy(labels: LabelSet): readonly string[]
}

/** What mutes an alert, as the API shows it. */
export interface MuteStatus {
  readonly silencedBy: readonly string[]
  readonly inhibitedBy: readonly string[]
}

export function muteStatus(muters: readonly Muter[], labels: LabelSet): MuteStatus {
  const by = (reason: MuteReason) => muters.flatMap((muter) => (muter.reason === reason ? muter.mutedBy(labels) : []))
  return { silencedBy: by('silence'), inhibitedBy: by('inhibition') }
}

/** Takes muted alerts out of a flush; tells how many each muter took. */
export function withoutMuted(
  alerts: readonly FlushedAlert[],
  muters: readonly Muter[],
  onSuppressed: (reason: MuteReason, count: number) => void,
): readonly FlushedAlert[] {
  return muters.reduce((left, muter) => {
    const told = left.filter(({ alert }) => muter.mutedBy(alert.labels).length === 0)
    if (told.length < left.length) onSuppressed(muter.reason, left.length - told.length)
    return told
  }, alerts)
}
