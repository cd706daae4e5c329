import { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'
import { formatNano, ZERO_TIME } from '../moment.ts'
import type { Notification, NotificationReason } from './receiver.ts'

type AlertStatus = 'firing' | 'resolved'

/** An alert as notifications show it. */
export interface AlertData {
  readonly status: AlertStatus
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: string
  /** Go's zero time while the alert fires. */
  readonly endsAt: string
  readonly generatorURL: string
  readonly fingerprint: string
}

/** What the texts of a notification are made of: the data that upstream gives to its templates. */
export interface NotificationData {
  /** Quoted as a regular expression would have to be, as upstream does. */
  readonly receiver: string
  /** Firing if any alert fires. */
  readonly status: AlertStatus
  readonly alerts: readonly AlertData[]
  readonly reason: NotificationReason
  readonly groupLabels: LabelSet
  readonly commonLabels: LabelSet
  readonly commonAnnotations: LabelSet
  /** Without a slash at the end. */
  readonly externalURL: string
}

export function notificationData(notification: Notification, externalUrl: string): NotificationData {
  const { receiver, alerts, reason, groupLabels } = notification
  return {
    receiver: quotePattern(receiver),
    status: alerts.some(({ firing }) => firing) ? 'firing' : 'resolved',
    alerts: alerts.map(alertData),
    reason,
    groupLabels,
    commonLabels: common(alerts.map(({ alert }) => alert.labels)),
    commonAnnotations: common(alerts.map(({ alert }) => alert.annotations)),
    externalURL: externalUrl,
  }
}

function alertData({ alert, firing }: FlushedAlert): AlertData {
  return {
    status: firing ? 'firing' : 'resolved',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: formatNano(alert.startsAt),
    endsAt: firing ? ZERO_TIME : formatNano(alert.endsAt),
    generatorURL: alert.generatorUrl,
    fingerprint: alert.labels.fingerprint,
  }
}

/** What all sets have in common. */
function common([first = LabelSet.empty, ...others]: readonly LabelSet[]): LabelSet {
  return first.filter((name, value) => others.every((other) => other.get(name) === value))
}

function quotePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}
