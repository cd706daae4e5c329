import type { Msteamsv2Config } from '../../config/receivers/msteamsv2.ts'
import type { Json } from '../../json.ts'
import { createHttpIntegration } from '../http/http-integration.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'

const COLORS = { firing: 'Attention', resolved: 'Good' } as const

/** Tells a channel of Microsoft Teams through a workflow, as an adaptive card. */
export function createMsteamsv2(config: Msteamsv2Config, deps: IntegrationDeps): Integration {
  return createHttpIntegration('msteamsv2', config, deps, async (telling) => {
    const url = await readWebhookUrl(config, telling)
    const title = telling.text(config.title, 'title')
    const text = telling.text(config.text, 'text')
    return telling.postJson(url, adaptiveCard(title, text, COLORS[telling.data.status]))
  })
}

function adaptiveCard(title: string, text: string, color: string): Json {
  const heading = {
    ...{ type: 'TextBlock', text: title, weight: 'Bolder', size: 'Medium' },
    ...{ wrap: true, style: 'heading', color },
  }
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [heading, { type: 'TextBlock', text, wrap: true }],
    msteams: { width: 'full' },
  }
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] }
}
