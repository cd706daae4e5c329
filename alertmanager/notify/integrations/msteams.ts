import type { MsteamsConfig } from '../../config/receivers/msteams.ts'
import { createHttpIntegration } from '../http/http-integration.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

const COLORS = { firing: '8C1A1A', resolved: '2DC72D' } as const

/** Tells a channel of Microsoft Teams, as a MessageCard. */
export function createMsteams(config: MsteamsConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('msteams', config, deps, async (telling) => {
    const url = await readWebhookUrl(config, telling)
    return telling.postJson(url, {
      '@context': 'http://schema.org/extensions',
      type: 'MessageCard',
      title: telling.text(config.title, 'title'),
      summary: telling.text(config.summary, 'summary'),
      text: telling.text(config.text, 'text'),
      themeColor: COLORS[telling.data.status],
    })
  })
}
