import { optional, secret, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { IntegrationContext } from './format.ts'
import { isHttpUrl } from './webhook.ts'

/** The keys of a service that is told through a secret URL. */
export function webhookUrlKeys(service: string) {
  return {
    webhook_url: optional(secret({ description: `Webhook of ${service}.` })),
    webhook_url_file: optional(text({ description: 'File with the URL, read at each notification.' })),
  }
}

export interface WebhookUrl {
  readonly webhook_url?: string
  readonly webhook_url_file?: string
}

/** A printed configuration, with this in place of its secrets, can be read again. */
const SECRET = '<secret>'

/** Reports a URL that is missing, twice there, or none. */
export function checkWebhookUrl(options: WebhookUrl, context: IntegrationContext): void {
  const { path, report } = context
  const { webhook_url, webhook_url_file } = options
  atMostOne(options, ['webhook_url', 'webhook_url_file'], path, report)
  if (webhook_url === undefined && webhook_url_file === undefined) {
    report([...path, 'webhook_url'], 'one of webhook_url or webhook_url_file must be configured', 'key')
  }
  checkUrlText(webhook_url, context)
}

export function checkUrlText(url: string | undefined, { path, report }: IntegrationContext): void {
  if (url !== undefined && url !== SECRET && !isHttpUrl(url)) {
    report([...path, 'webhook_url'], 'webhook_url must be an http:// or https:// URL with a host')
  }
}
