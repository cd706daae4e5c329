import { type Static, section, text } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationContext, IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const msteamsv2Schema = section('Tells a channel of Microsoft Teams through a workflow of Power Automate.', {
  ...httpKeys(true),
  ...webhookUrlKeys('a workflow'),
  title: text({ description: 'Title of the card.', default: '{{ template "msteamsv2.default.title" . }}' }),
  text: text({ description: 'Text of the card.', default: '{{ template "msteamsv2.default.text" . }}' }),
})

type Msteamsv2Options = Static<typeof msteamsv2Schema>
export type Msteamsv2Config = Msteamsv2Options & { readonly http_config: HttpConfig }

export const msteamsv2Format: IntegrationFormat<Msteamsv2Options, Msteamsv2Config> = {
  schema: msteamsv2Schema,
  read(options, context) {
    checkWebhookUrl(options, context)
    return { ...options, http_config: withGlobalProxy(readHttp(options.http_config, context), context) }
  },
}

/** Alone among the kinds, this one takes the global proxy into HTTP settings of its own, as upstream has it. */
function withGlobalProxy(http: HttpConfig, { global }: IntegrationContext): HttpConfig {
  const { proxy_url } = global.http_config
  const hasOwn = http.proxy_url !== undefined || http.proxy_from_environment
  return proxy_url === undefined || hasOwn ? http : { ...http, proxy_url }
}
