import { boolean, type Static, section, text } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const googlechatSchema = section('Tells a space of Google Chat through a webhook.', {
  ...httpKeys(true),
  ...webhookUrlKeys('the space'),
  text: text({ description: 'What to say.', default: '{{ template "googlechat.default.text" . }}' }),
  thread: boolean({ description: 'Keep what is said of a group of alerts in one thread.', default: true }),
})

type GooglechatOptions = Static<typeof googlechatSchema>
export type GooglechatConfig = GooglechatOptions & { readonly http_config: HttpConfig }

export const googlechatFormat: IntegrationFormat<GooglechatOptions, GooglechatConfig> = {
  schema: googlechatSchema,
  read(options, context) {
    checkWebhookUrl(options, context)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}
