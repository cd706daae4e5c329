import type { GooglechatConfig } from '../../config/receivers/googlechat.ts'
import { cutToRunes } from '../cut-text.ts'
import { groupHash } from '../group-hash.ts'
import { createHttpIntegration } from '../http/http-integration.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

/** Longest text, in code points. */
const MAX_TEXT = 4096

/** Tells a space of Google Chat; groups of alerts have threads, known by the hash of the group. */
export function createGooglechat(config: GooglechatConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('googlechat', config, deps, async (telling) => {
    const url = new URL(await readWebhookUrl(config, telling))
    if (config.thread) url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD')
    const body = {
      text: cutToRunes(telling.text(config.text, 'text'), MAX_TEXT),
      thread: config.thread ? { threadKey: groupHash(telling.notification.groupKey) } : undefined,
    }
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    return telling.postJson(url.href, body, { headers, credentials: 'key and token in webhook_url' })
  })
}
