import { compareUtf8, LabelSet } from '#lib/labels.ts'
import type { Moment } from './moment.ts'

/** One occurrence of something wrong. Its labels are its identity; a new version replaces an old one as a whole. */
export interface Alert {
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: Moment
  /** May lie ahead: an alert that is not sent again by then resolves by itself. */
  readonly endsAt: Moment
  /** When this router heard of it last, epoch milliseconds. */
  readonly updatedAtMs: number
  /** Link to what raised the alert, or empty. */
  readonly generatorUrl: string
  /** The end was not given by the sender. */
  readonly timeout: boolean
}

export function isResolved(alert: Alert, nowMs: number): boolean {
  return alert.endsAt.ms <= nowMs
}

/** The order of alerts in notifications and in groups: by job, then by instance, then by all labels. */
export function compareAlerts(a: Alert, b: Alert): number {
  return compareLabel(a, b, 'job') || compareLabel(a, b, 'instance') || LabelSet.compare(a.labels, b.labels)
}

/** Alerts that lack the label come last. */
function compareLabel(a: Alert, b: Alert, name: string): number {
  const x = a.labels.get(name)
  const y = b.labels.get(name)
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
  return compareUtf8(x, y)
}
