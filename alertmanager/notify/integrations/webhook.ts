import { isHttpUrl, type WebhookConfig } from '../../config/receivers/webhook.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { renderYaml } from '../templated-yaml.ts'
import { Unsendable } from '../unsendable.ts'
import { webhookMessage } from '../webhook-message.ts'

/** Posts notifications as JSON: in version 4 of Alertmanager's format, or as the configuration has it. */
export function createWebhook(config: WebhookConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('webhook', config, deps, async (telling) => {
    const url = await readUrl(config, telling)
    const { payload, max_alerts: maxAlerts } = config
    if (payload !== undefined) {
      return telling.postJson(
        url,
        renderYaml(payload, (source) => telling.text(source, 'payload')),
      )
    }
    const options = { maxAlerts, externalUrl: deps.externalUrl(), version: '4' }
    return telling.postJson(url, webhookMessage(telling.notification, options))
  })
}

async function readUrl(config: WebhookConfig, telling: Telling): Promise<string> {
  const url = telling.hide(telling.text(await telling.secret(secretAt(config, 'url')), 'url').trim())
  if (isHttpUrl(url)) return url
  const where = config.url_file === undefined ? 'url' : `url_file: ${config.url_file}`
  throw new Unsendable(`${where} does not hold an http:// or https:// URL`)
}
