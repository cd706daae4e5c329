import { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'
import type { Moment } from '../moment.ts'
import type { Notification, NotificationReason } from './receiver.ts'

type AlertStatus = 'firing' | 'resolved'

/** An alert as notifications show it. */
export interface AlertData<Status extends string = AlertStatus> {
  readonly status: Status
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: Moment
  /** Undefined while the alert fires: Go's zero time to those who read it. */
  readonly endsAt: Moment | undefined
  readonly generatorURL: string
  readonly fingerprint: string
}

/** What the texts of a notification are made of: the data that upstream gives to its templates. */
export interface NotificationData<Status extends string = AlertStatus, Reason extends string = NotificationReason> {
  /** Quoted as a regular expression would have to be, as upstream does. */
  readonly receiver: string
  /** Firing if any alert fires. */
  readonly status: Status
  readonly alerts: readonly AlertData<Status>[]
  readonly reason: Reason
  readonly groupLabels: LabelSet
  readonly commonLabels: LabelSet
  readonly commonAnnotations: LabelSet
  readonly routeLabels: LabelSet
  /** Without a slash at the end. */
  readonly externalURL: string
}

/** What templates take: whoever tries them out may make up a status and a reason. */
export type TemplateInput = NotificationData<string, string>

export function notificationData(notification: Notification, externalUrl: string): NotificationData {
  const { receiver, alerts, reason, groupLabels, routeLabels } = notification
  return {
    receiver: quotePattern(receiver),
    status: alerts.some(({ firing }) => firing) ? 'firing' : 'resolved',
    alerts: alerts.map(alertData),
    reason,
    groupLabels,
    commonLabels: common(alerts.map(({ alert }) => alert.labels)),
    commonAnnotations: common(alerts.map(({ alert }) => alert.annotations)),
    routeLabels,
    externalURL: externalUrl,
  }
}

function alertData({ alert, firing }: FlushedAlert): AlertData {
  return {
    status: firing ? 'firing' : 'resolved',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
    endsAt: firing ? undefined : alert.endsAt,
    generatorURL: alert.generatorUrl,
    fingerprint: alert.labels.fingerprint,
  }
}

/** What all sets have in common with the first. An empty annotation of it is one that others lack, as upstream has it. */
function common([first = LabelSet.empty, ...others]: readonly LabelSet[]): LabelSet {
  return first.filter((name, value) => others.every((other) => (other.get(name) ?? '') === value))
}

function quotePattern(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}
