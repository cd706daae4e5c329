import { isHttpUrl } from '../../config/receivers/webhook.ts'
import type { WebhookUrl } from '../../config/receivers/webhook-url.ts'
import { secretAt } from '../secret-source.ts'
import { Unsendable } from '../unsendable.ts'
import type { Telling } from './http-integration.ts'

/**
 * The secret URL of an integration.
 *
 * @throws Unsendable when its file cannot be read or holds something else
 */
export async function readWebhookUrl(options: WebhookUrl, telling: Telling): Promise<string> {
  const url = await telling.secret(secretAt(options, 'webhook_url'))
  if (isHttpUrl(url)) return url
  const { webhook_url_file: file } = options
  const from = file === undefined ? 'webhook_url' : `webhook_url_file: ${file}`
  throw new Unsendable(`${from} does not hold an http:// or https:// URL`)
}
