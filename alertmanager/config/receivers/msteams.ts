import { type Static, section, text } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const msteamsSchema = section('Tells a channel of Microsoft Teams through an Office 365 connector.', {
  ...httpKeys(true),
  ...webhookUrlKeys('a channel'),
  title: text({ description: 'Title of the card.', default: '{{ template "msteams.default.title" . }}' }),
  summary: text({ description: 'Short form of the card.', default: '{{ template "msteams.default.summary" . }}' }),
  text: text({ description: 'Text of the card.', default: '{{ template "msteams.default.text" . }}' }),
})

type MsteamsOptions = Static<typeof msteamsSchema>
export type MsteamsConfig = MsteamsOptions & { readonly http_config: HttpConfig }

export const msteamsFormat: IntegrationFormat<MsteamsOptions, MsteamsConfig> = {
  schema: msteamsSchema,
  read(options, context) {
    checkWebhookUrl(options, context)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}
