import type { LabelSet } from '#lib/labels.ts'
import { type Alert, compareAlerts, isResolved } from '../alert.ts'

/** An alert as it stood when its group flushed. It does not end halfway through a notification. */
export interface FlushedAlert {
  readonly alert: Alert
  readonly firing: boolean
}

/** What a group hands on each time its timer fires: all of its alerts, in the order in which they are told. */
export interface Flush {
  readonly groupKey: string
  readonly groupLabels: LabelSet
  readonly receiver: string
  readonly repeatIntervalMs: number
  /** When the timer fired, epoch milliseconds. */
  readonly tickMs: number
  readonly alerts: readonly FlushedAlert[]
  /** Aborts when the time of the flush is up, with the reason why. */
  readonly signal: AbortSignal
  /** Aborts when the router stops: an attempt under way may end, no other is begun. */
  readonly draining: AbortSignal
}

export function flushedAlerts(alerts: Iterable<Alert>, nowMs: number): FlushedAlert[] {
  const flushed = Array.from(alerts, (alert) => ({ alert, firing: !isResolved(alert, nowMs) }))
  return flushed.sort((a, b) => compareAlerts(a.alert, b.alert))
}
