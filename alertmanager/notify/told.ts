import type { FlushedAlert } from '../group/flush.ts'
import type { NotificationEntry } from '../store/nflog.ts'

/**
 * Whether a receiver was told of the firing of an alert, and of its end not yet. Parked ones were told before they
 * were muted.
 */
export function isOpen({ firing, parked }: NotificationEntry, { alert }: FlushedAlert): boolean {
  const { fingerprint } = alert.labels
  return firing.has(fingerprint) || parked.has(fingerprint)
}

/**
 * The entry after some alerts were found muted. One that fires is parked: when it is muted no more it is news, but its
 * end is still to be told. One that has ended needs no telling where ends are not told.
 */
export function withMuted(
  entry: NotificationEntry,
  muted: readonly FlushedAlert[],
  sendResolved: boolean,
): NotificationEntry {
  const changing = muted.filter((flushed) => {
    const { fingerprint } = flushed.alert.labels
    return flushed.firing ? entry.firing.has(fingerprint) : !sendResolved && isOpen(entry, flushed)
  })
  if (changing.length === 0) return entry
  const firing = new Set(entry.firing)
  const parked = new Set(entry.parked)
  for (const { alert, firing: fires } of changing) {
    const { fingerprint } = alert.labels
    firing.delete(fingerprint)
    if (fires) parked.add(fingerprint)
    else parked.delete(fingerprint)
  }
  return { ...entry, firing, parked }
}
