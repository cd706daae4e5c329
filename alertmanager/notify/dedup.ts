import type { FlushedAlert } from '../group/flush.ts'
import type { NotificationEntry } from '../store/nflog.ts'
import type { NotificationReason } from './receiver.ts'

/** The alerts of a flush as the notification log keeps them. */
export interface AlertSets {
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
}

export interface DedupOptions {
  readonly sendResolved: boolean
  readonly repeatIntervalMs: number
  /** When the timer of the group fired, epoch milliseconds. */
  readonly tickMs: number
}

export function alertSets(alerts: readonly FlushedAlert[]): AlertSets {
  const fingerprints = (firing: boolean) =>
    new Set(alerts.filter((flushed) => flushed.firing === firing).map(({ alert }) => alert.labels.fingerprint))
  return { firing: fingerprints(true), resolved: fingerprints(false) }
}

/** Whether a group has something to tell that the last notification did not, and what; `none` if it has not. */
export function notificationReason(
  { firing, resolved }: AlertSets,
  last: NotificationEntry | undefined,
  { sendResolved, repeatIntervalMs, tickMs }: DedupOptions,
): NotificationReason {
  if (last === undefined) return firing.size > 0 ? 'first notification' : 'none'
  if (!firing.isSubsetOf(last.firing)) return last.firing.size === 0 ? 'first notification' : 'new alerts added'
  // Even for those who do not want to hear it: what is logged as firing would keep the next firing from being told.
  if (firing.size === 0) return last.firing.size > 0 ? 'all alerts resolved' : 'none'
  if (sendResolved && !resolved.isSubsetOf(last.resolved)) return 'some alerts resolved'
  return last.sentAtMs < tickMs - repeatIntervalMs ? 'repeat interval elapsed' : 'none'
}
