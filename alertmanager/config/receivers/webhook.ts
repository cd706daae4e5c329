import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { anything, integer, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkGoDuration, timeoutKey } from './timeout.ts'

const webhookSchema = section('Posts notifications as JSON.', {
  ...httpKeys(true),
  url: optional(secret({ description: 'Where to post; a template.' })),
  url_file: optional(text({ description: 'File with the URL, read at each notification.' })),
  ...maxAlertsKey(),
  ...timeoutKey(),
  payload: optional(
    anything({ description: 'A body of your own: any YAML, whose texts are templates, is posted as JSON.' }),
  ),
})

type WebhookOptions = Static<typeof webhookSchema>
/** As written, with the HTTP settings that hold for it. */
export type WebhookConfig = WebhookOptions & { readonly http_config: HttpConfig }

export const webhookFormat: IntegrationFormat<WebhookOptions, WebhookConfig> = {
  schema: webhookSchema,
  read(options, context) {
    const { path, report } = context
    checkUrl(options, path, report)
    checkGoDuration(options.timeout, [...path, 'timeout'], report)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}

/** The key of integrations that send alerts one by one, and may send too many. */
export function maxAlertsKey() {
  const description = 'Most alerts in one notification; 0 is all of them.'
  return { max_alerts: integer({ description, default: 0, minimum: 0 }) }
}

/** How a secret prints; a printed configuration can be read again. */
const SECRET = '<secret>'

/** Reports a URL that is missing, twice there, or none. */
export function checkUrl(
  options: { readonly url?: string; readonly url_file?: string },
  path: Path,
  report: Report,
): void {
  const { url, url_file } = options
  atMostOne(options, ['url', 'url_file'], path, report)
  if (url === undefined && url_file === undefined) {
    report([...path, 'url_file'], 'one of url or url_file must be configured', 'key')
  }
  if (url !== undefined && !url.includes('{{') && url !== SECRET && !isHttpUrl(url)) {
    report([...path, 'url'], 'url must be an http:// or https:// URL with a host')
  }
}

/** Whether a webhook may be posted there. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
}
