import { boolean, choice, list, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const buttonSchema = section('A button below a card.', {
  title: text({ description: 'What is written on it.' }),
  url: text({ description: 'Where it leads.' }),
})

const dingtalkSchema = section('Tells a group of DingTalk through a custom robot.', {
  ...httpKeys(true),
  ...webhookUrlKeys('the robot'),
  secret: optional(secret({ description: 'Secret that requests are signed with, if the robot asks for it.' })),
  secret_file: optional(text({ description: 'File with the secret, read at each notification.' })),
  message_type: choice(['markdown', 'text', 'actionCard'], { description: 'Kind of message.', default: 'markdown' }),
  title: text({
    description: 'Title, as lists of messages show it.',
    default: '{{ template "dingtalk.default.title" . }}',
  }),
  text: text({ description: 'What to say.', default: '{{ template "dingtalk.default.text" . }}' }),
  buttons: list(buttonSchema, { description: 'Buttons of an actionCard.', default: [] }),
  at_mobiles: list(text({ description: 'A telephone number.' }), { description: 'Whom to mention.', default: [] }),
  at_user_ids: list(text({ description: 'A user.' }), { description: 'Whom to mention.', default: [] }),
  at_all: boolean({ description: 'Mention everybody.', default: false }),
})

type DingtalkOptions = Static<typeof dingtalkSchema>
export type DingtalkConfig = DingtalkOptions & { readonly http_config: HttpConfig }

export const dingtalkFormat: IntegrationFormat<DingtalkOptions, DingtalkConfig> = {
  schema: dingtalkSchema,
  read(options, context) {
    const { path, report } = context
    checkWebhookUrl(options, context)
    atMostOne(options, ['secret', 'secret_file'], path, report)
    const isCard = options.message_type === 'actionCard'
    if (isCard && options.buttons.length === 0) {
      report([...path, 'message_type'], 'an actionCard needs at least one of buttons')
    }
    if (!isCard && options.buttons.length > 0) {
      report([...path, 'buttons'], 'only a message_type of actionCard has buttons', 'key')
    }
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}
