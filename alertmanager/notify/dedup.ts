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
  readonly groupIntervalMs: number
  /** When the timer of the group fired, epoch milliseconds. */
  readonly tickMs: number
}

export function alertSets(alerts: readonly FlushedAlert[]): AlertSets {
  const fingerprints = (firing: boolean) =>
    new Set(alerts.filter((flushed) => flushed.firing === firing).map(({ alert }) => alert.labels.fingerprint))
  return { firing: fingerprints(true), resolved: fingerprints(false) }
}

/**
 * Ticks are counted by a clock that is not set, and told by one that is: where repeat_interval is a multiple of
 * group_interval, a correction of milliseconds must not put a repeat off to the next tick.
 */
const MOST_SLACK_MS = 5_000

/** How much sooner than repeat_interval says a tick may be that repeats. */
export function repeatSlackMs(groupIntervalMs: number): number {
  return Math.min(groupIntervalMs / 10, MOST_SLACK_MS)
}

/** Whether a group has something to tell that the last notification did not, and what; `none` if it has not. */
export function notificationReason(
  { firing, resolved }: AlertSets,
  last: NotificationEntry | undefined,
  { sendResolved, repeatIntervalMs, groupIntervalMs, tickMs }: DedupOptions,
): NotificationReason {
  if (last === undefined) return firing.size > 0 ? 'first notification' : 'none'
  if (!firing.isSubsetOf(last.firing)) return last.firing.size === 0 ? 'first notification' : 'new alerts added'
  // Even for those who do not want to hear it: what is logged as firing would keep the next firing from being told.
  if (firing.size === 0) {
    return last.firing.size > 0 || !resolved.isDisjointFrom(last.parked) ? 'all alerts resolved' : 'none'
  }
  if (sendResolved && !resolved.isSubsetOf(last.resolved)) return 'some alerts resolved'
  const sinceMs = tickMs - last.sentAtMs + repeatSlackMs(groupIntervalMs)
  return sinceMs >= repeatIntervalMs ? 'repeat interval elapsed' : 'none'
}
