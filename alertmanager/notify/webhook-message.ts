import type { Json } from '../json.ts'
import { formatNano, ZERO_TIME } from '../moment.ts'
import { notificationData } from './data.ts'
import type { Notification } from './receiver.ts'

export interface WebhookMessageOptions {
  /** Most alerts; 0 is all. Those beyond are cut first: status and common labels are those of what is left, as upstream has it. */
  readonly maxAlerts: number
  readonly externalUrl: string
  /** Of the format: 4 for webhooks, 1 for incident.io. */
  readonly version: string
}

interface WebhookMessage {
  readonly alerts: readonly Json[]
  readonly truncatedAlerts: number
  readonly [key: string]: Json
}

/** A notification as webhooks get it, in the order of upstream's keys. */
export function webhookMessage(notification: Notification, options: WebhookMessageOptions): WebhookMessage {
  const all = notification.alerts
  const alerts = options.maxAlerts === 0 ? all : all.slice(0, options.maxAlerts)
  const data = notificationData({ ...notification, alerts }, options.externalUrl)
  return {
    receiver: data.receiver,
    status: data.status,
    alerts: data.alerts.map((alert) => ({
      ...alert,
      startsAt: formatNano(alert.startsAt),
      endsAt: alert.endsAt === undefined ? ZERO_TIME : formatNano(alert.endsAt),
    })),
    notification_reason: data.reason,
    groupLabels: data.groupLabels,
    commonLabels: data.commonLabels,
    commonAnnotations: data.commonAnnotations,
    routeLabels: data.routeLabels,
    externalURL: data.externalURL,
    version: options.version,
    groupKey: notification.groupKey,
    truncatedAlerts: all.length - alerts.length,
  }
}
