import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, integer, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne, refuseTemplate } from './exclusive.ts'
import { parseGoDuration } from './go-duration.ts'
import { checkHttpConfig, type HttpConfig, httpConfigSchema } from './http.ts'
import { notSupported } from './not-supported.ts'

export const webhookSchema = section('Posts notifications as JSON.', {
  send_resolved: boolean({ description: 'Also tell when alerts are resolved.', default: true }),
  url: optional(secret({ description: 'Where to post.' })),
  url_file: optional(text({ description: 'File with the URL, read at each notification.' })),
  max_alerts: integer({ description: 'Most alerts in one notification; 0 is all of them.', default: 0, minimum: 0 }),
  timeout: optional(text({ description: 'Longest time of one request, such as 10s or 1.5s; 0s is no limit.' })),
  http_config: optional(httpConfigSchema),
  payload: notSupported("bodies of one's own"),
})

/** As written, with the HTTP settings that hold for it. */
export type WebhookOptions = Static<typeof webhookSchema>
export type WebhookConfig = WebhookOptions & { readonly http_config: HttpConfig }

/** How a secret prints; a printed configuration can be read again. */
const SECRET = '<secret>'

export function checkWebhook(webhook: WebhookOptions, path: Path, report: Report): void {
  const { url, url_file, timeout, http_config } = webhook
  atMostOne(webhook, ['url', 'url_file'], path, report)
  if (url === undefined && url_file === undefined)
    report([...path, 'url_file'], 'one of url or url_file must be configured', 'key')
  refuseTemplate(url, [...path, 'url'], report)
  if (url !== undefined && !url.includes('{{') && url !== SECRET && !isHttpUrl(url)) {
    report([...path, 'url'], 'url must be an http:// or https:// URL with a host')
  }
  if (timeout !== undefined && parseGoDuration(timeout) === undefined) {
    report([...path, 'timeout'], `"${timeout}" is not a Go duration; write for example 10s, 1.5s or 2m30s`)
  }
  if (http_config !== undefined) checkHttpConfig(http_config, [...path, 'http_config'], report)
}

/** Whether a webhook may be posted there. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
}
