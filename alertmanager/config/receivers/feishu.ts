import { choice, list, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const TYPES = ['interactive', 'post', 'text'] as const

const feishuSchema = section('Tells a group of Feishu or Lark through a custom bot.', {
  ...httpKeys(true),
  ...webhookUrlKeys('the bot'),
  secret: optional(secret({ description: 'Secret that requests are signed with, if the bot asks for it.' })),
  secret_file: optional(text({ description: 'File with the secret, read at each notification.' })),
  message_type: choice(TYPES, {
    description: 'Kind of message: a card, a post with a title, or text.',
    default: 'interactive',
  }),
  title: text({
    description: 'Title of a card or post.',
    default: '{{ template "feishu.default.title" . }}',
  }),
  text: text({
    description: 'What to say; Markdown in a card.',
    default: '{{ template "feishu.default.text" . }}',
  }),
  at_user_ids: list(text({ description: 'An open_id, a user_id, or all.' }), {
    description: 'Whom to mention.',
    default: [],
  }),
})

type FeishuOptions = Static<typeof feishuSchema>
export type FeishuConfig = FeishuOptions & { readonly http_config: HttpConfig }

export const feishuFormat: IntegrationFormat<FeishuOptions, FeishuConfig> = {
  schema: feishuSchema,
  read(options, context) {
    checkWebhookUrl(options, context)
    atMostOne(options, ['secret', 'secret_file'], context.path, context.report)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}
