import type { Report } from '#lib/config/check.ts'
import { list, optional, type Static, section, text } from '#lib/config/schema.ts'
import { type EmailConfig, emailSchema, readEmail } from './email.ts'
import type { GlobalOptions } from './global.ts'
import { allNotSupported, notSupported } from './not-supported.ts'
import { checkWebhook, type WebhookConfig, webhookSchema } from './webhook.ts'

const receiverSchema = section('Whom to tell, and how.', {
  name: optional(text({ description: 'Name that routes refer to.' })),
  webhook_configs: list(webhookSchema, { description: 'Webhooks to post to.', default: [] }),
  email_configs: list(emailSchema, { description: 'Mails to send.', default: [] }),
  ...allNotSupported('this integration', [
    ...(['discord_configs', 'incidentio_configs', 'jira_configs', 'mattermost_configs', 'msteams_configs'] as const),
    ...(['msteamsv2_configs', 'opsgenie_configs', 'pagerduty_configs', 'pushover_configs'] as const),
    ...(['rocketchat_configs', 'slack_configs', 'sns_configs', 'telegram_configs'] as const),
    ...(['victorops_configs', 'webex_configs', 'wechat_configs'] as const),
  ]),
  labels: notSupported('labels of receivers'),
})

export const receiversSchema = list(receiverSchema, { description: 'All receivers.', default: [] })

export type ReceiverOptions = Static<typeof receiverSchema>

/** One integration of a receiver; the index counts within its kind, as in `webhook_configs[0]`. */
export type IntegrationConfig = { readonly index: number } & (
  | { readonly kind: 'webhook'; readonly options: WebhookConfig }
  | { readonly kind: 'email'; readonly options: EmailConfig }
)

export type IntegrationKind = IntegrationConfig['kind']

export interface ReceiverConfig {
  readonly name: string
  readonly integrations: readonly IntegrationConfig[]
}

export function readReceivers(
  receivers: readonly ReceiverOptions[],
  global: GlobalOptions,
  report: Report,
): readonly ReceiverConfig[] {
  const names = new Set<string>()
  return receivers.map((receiver, index) => {
    const path = ['receivers', index]
    const name = receiver.name ?? ''
    if (name === '') report([...path, 'name'], 'missing name in receiver', 'key')
    else if (names.has(name)) report([...path, 'name'], `notification config name "${name}" is not unique`)
    names.add(name)
    const webhooks = receiver.webhook_configs.map((options, at): IntegrationConfig => {
      checkWebhook(options, [...path, 'webhook_configs', at], report)
      const http_config = options.http_config ?? global.http_config
      return { kind: 'webhook', index: at, options: { ...options, http_config } }
    })
    const emails = receiver.email_configs.map((options, at): IntegrationConfig => {
      return { kind: 'email', index: at, options: readEmail(options, global, [...path, 'email_configs', at], report) }
    })
    return { name, integrations: [...webhooks, ...emails] }
  })
}
