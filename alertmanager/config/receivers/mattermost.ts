import { boolean, list, optional, type Static, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationContext, IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'
import { checkUrlText, webhookUrlKeys } from './webhook-url.ts'

const fieldSchema = section('A row of the table of an attachment.', {
  title: optional(text({ description: 'Its title.' })),
  value: optional(text({ description: 'What it says.' })),
  short: optional(boolean({ description: 'Whether others may stand beside it.' })),
})

const said = (description: string) => optional(text({ description }))

const attachmentKeys = {
  fallback: said('Plain form of the attachment.'),
  color: said('Colour of its border.'),
  pretext: said('Text above it.'),
  author_name: said('Name of the author.'),
  author_link: said('Where the name leads.'),
  author_icon: said('Picture beside the name.'),
  title: said('Title.'),
  title_link: said('Where the title leads.'),
  fields: list(fieldSchema, { description: 'Rows of its table.', default: [] }),
  thumb_url: said('Small picture.'),
  footer: said('Text below it.'),
  footer_icon: said('Picture beside the text below it.'),
  image_url: said('Picture.'),
}

const attachmentSchema = section('A framed part of the message.', { ...attachmentKeys, text: said('Its text.') })

const prioritySchema = section('How urgent the message is.', {
  priority: optional(text({ description: 'urgent, important or standard.' })),
  requested_ack: boolean({ description: 'Ask readers to acknowledge it, unless it is standard.', default: false }),
  persistent_notifications: boolean({ description: 'Remind readers, if it is urgent.', default: false }),
})

const mattermostSchema = section('Tells a channel of Mattermost through an incoming webhook.', {
  ...httpKeys(true),
  ...webhookUrlKeys('the server'),
  ...attachmentKeys,
  channel: said('Channel in place of that of the webhook.'),
  username: text({
    description: 'Name to show.',
    default: '{{ template "mattermost.default.username" . }}',
  }),
  text: text({ description: 'What to say.', default: '{{ template "mattermost.default.text" . }}' }),
  icon_url: said('Picture to show.'),
  icon_emoji: said('Emoji to show in place of a picture.'),
  attachments: list(attachmentSchema, { description: 'Framed parts of the message.', default: [] }),
  type: said('Kind of the post; custom kinds begin with custom_.'),
  props: optional(section('Further properties.', { card: said('Text of the side bar.') })),
  priority: optional(prioritySchema),
})

type MattermostOptions = Static<typeof mattermostSchema>
export type MattermostConfig = MattermostOptions & { readonly http_config: HttpConfig }
export type MattermostAttachment = Static<typeof attachmentSchema>

/** The keys of an attachment outside `attachments` are accepted and unused, as upstream has it. */
export const mattermostFormat: IntegrationFormat<MattermostOptions, MattermostConfig> = {
  schema: mattermostSchema,
  read(options, context) {
    const { global, path, report } = context
    atMostOne(options, ['webhook_url', 'webhook_url_file'], path, report)
    checkUrlText(options.webhook_url, context)
    const { mattermost_webhook_url: url, mattermost_webhook_url_file: file } = global
    const pair = inheritSecret(options, 'webhook_url', url, file)
    if (Object.keys(pair).length === 0) {
      report([...path, 'webhook_url'], 'missing webhook_url or webhook_url_file on mattermost_config', 'key')
    }
    checkFields(options.fields, { ...context, path: [...path, 'fields'] })
    options.attachments.forEach(({ fields }, index) => {
      checkFields(fields, { ...context, path: [...path, 'attachments', index, 'fields'] })
    })
    return { ...options, ...pair, http_config: readHttp(options.http_config, context) }
  },
}

function checkFields(fields: MattermostAttachment['fields'], { path, report }: IntegrationContext): void {
  fields.forEach(({ title, value }, index) => {
    if (!title) report([...path, index, 'title'], 'missing title in Mattermost field configuration', 'key')
    if (!value) report([...path, index, 'value'], 'missing value in Mattermost field configuration', 'key')
  })
}
