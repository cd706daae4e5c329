import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { parseGoDuration } from '../config/go-duration.ts'
import { isHttpUrl, type WebhookConfig } from '../config/webhook.ts'
import { encodeJson } from '../json.ts'
import { type NotificationData, notificationData } from './data.ts'
import { type HttpRequest, type HttpTransport, notifyByHttp } from './http-request.ts'
import { failure, type Integration, type Notification, type NotifyFailure } from './receiver.ts'

export interface WebhookDeps {
  readonly index: number
  readonly externalUrl: () => string
  readonly clock: Clock
  readonly transport: HttpTransport
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: (path: string) => Promise<string>
}

/** Posts notifications as JSON, in version 4 of Alertmanager's format. */
export function createWebhook(config: WebhookConfig, deps: WebhookDeps): Integration {
  const { index, externalUrl, clock, transport, readFile } = deps
  const where = `webhook_configs[${index}]`
  const timeoutMs = parseGoDuration(config.timeout ?? '0') ?? 0
  return {
    kind: 'webhook',
    index,
    sendResolved: config.send_resolved,
    async notify(notification, signal) {
      const url = await readUrl(config, readFile)
      if (typeof url !== 'string') return url
      const request: HttpRequest = {
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: webhookBody(notification, config.max_alerts, externalUrl()),
      }
      return notifyByHttp(transport, request, { where, timeoutMs, signal, clock })
    },
  }
}

async function readUrl(
  { url, url_file }: WebhookConfig,
  readFile: WebhookDeps['readFile'],
): Promise<string | NotifyFailure> {
  if (url !== undefined) return url
  try {
    const text = await readFile(url_file ?? '')
    return isHttpUrl(text) ? text : failure('other', false, `${url_file} does not hold an http:// or https:// URL`)
  } catch (error) {
    return failure('other', false, `cannot read url_file: ${messageOf(error)}`)
  }
}

/** Alerts beyond the limit are cut first: status and common labels are those of what is left, as upstream has it. */
export function webhookBody(notification: Notification, maxAlerts: number, externalUrl: string): string {
  const all = notification.alerts
  const alerts = maxAlerts === 0 ? all : all.slice(0, maxAlerts)
  const data: NotificationData = notificationData({ ...notification, alerts }, externalUrl)
  return encodeJson(
    {
      receiver: data.receiver,
      status: data.status,
      alerts: data.alerts.map((alert) => ({ ...alert })),
      notification_reason: data.reason,
      groupLabels: data.groupLabels,
      commonLabels: data.commonLabels,
      commonAnnotations: data.commonAnnotations,
      routeLabels: {},
      externalURL: data.externalURL,
      version: '4',
      groupKey: notification.groupKey,
      truncatedAlerts: all.length - alerts.length,
    },
    { escapeHtml: true },
  )
}
