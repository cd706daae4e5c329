import type { IncidentioConfig } from '../../config/receivers/incidentio.ts'
import { isHttpUrl } from '../../config/receivers/webhook.ts'
import { encodeJson } from '../../json.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { Unsendable } from '../unsendable.ts'
import { type WebhookMessageOptions, webhookMessage } from '../webhook-message.ts'

/** Largest message that incident.io takes, in bytes. */
const MAX_BYTES = 512 * 1024

/** Tells an alert source of incident.io, in the format of webhooks. */
export function createIncidentio(config: IncidentioConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('incidentio', config, deps, async (telling) => {
    const url = await telling.secret(secretAt(config, 'url'))
    if (!isHttpUrl(url)) throw new Unsendable('url_file does not hold an http:// or https:// URL')
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (config.alert_source_token || config.alert_source_token_file) {
      headers.authorization = `Bearer ${await telling.secret(secretAt(config, 'alert_source_token'))}`
    }
    const options = { maxAlerts: config.max_alerts, externalUrl: deps.externalUrl(), version: '1' }
    const request = { url, method: 'POST', headers, body: bodyOf(telling, options) } as const
    return telling.send(request, { credentials: 'alert_source_token' })
  })
}

/** Of too large a message the first alert is left: incident.io makes one alert of a group. */
function bodyOf({ notification }: Telling, options: WebhookMessageOptions): string {
  const message = webhookMessage(notification, options)
  const body = encodeJson(message, { escapeHtml: true })
  if (Buffer.byteLength(body) <= MAX_BYTES) return body
  const truncatedAlerts = message.truncatedAlerts + message.alerts.length - 1
  return encodeJson({ ...message, alerts: message.alerts.slice(0, 1), truncatedAlerts }, { escapeHtml: true })
}
