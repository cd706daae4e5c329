import type { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved, sortAlerts } from '../alert.ts'
import type { Route } from '../route/tree.ts'
import type { Span } from '../tracing/span.ts'

/** An alert as it stood when its group flushed. It does not end halfway through a notification. */
export interface FlushedAlert {
  readonly alert: Alert
  readonly firing: boolean
}

/** What a group hands on each time its timer fires: all of its alerts, in the order in which they are told. */
export interface Flush {
  readonly groupKey: string
  /** What the notification log knows the group by: its id, which is the same while route and receiver are. */
  readonly logKey: string
  readonly groupLabels: LabelSet
  readonly routeLabels: LabelSet
  readonly route: Route
  /** When the timer was due, epoch milliseconds. */
  readonly tickMs: number
  readonly alerts: readonly FlushedAlert[]
  /** The alerts as they are by now, for who had to wait. */
  alertsNow(): readonly FlushedAlert[]
  /** Aborts when the time of the flush is up, with the reason why. */
  readonly signal: AbortSignal
  /** How long the flush may take, in milliseconds. */
  readonly timeMs: number
  /** Aborts when what is under way has to end at once, whatever the time of the flush. */
  readonly halt: AbortSignal
  /** Aborts when the router stops: an attempt under way may end, no other is begun. */
  readonly draining: AbortSignal
  /** What is done about it is part of this. */
  readonly span: Span
}

/** What became of a flush. */
export interface FlushOutcome {
  /** False when someone could not be told: then all of it is tried again at the next flush. */
  readonly told: boolean
  /** Fingerprints of resolved alerts of whose end someone has still to be told, at another time. */
  readonly held: ReadonlySet<string>
}

export function flushedAlerts(alerts: Iterable<Alert>, nowMs: number): FlushedAlert[] {
  const flushed = Array.from(alerts, (alert) => ({ alert, firing: !isResolved(alert, nowMs) }))
  return sortAlerts(flushed, ({ alert }) => alert)
}
