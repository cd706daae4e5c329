import { optional, type Static, section, text, url } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'

const webexSchema = section('Tells a room of Webex through a bot, whose token is in http_config.authorization.', {
  ...httpKeys(true),
  api_url: optional(url({ description: 'Where messages are posted.' })),
  message: text({ description: 'What to say, in Markdown.', default: '{{ template "webex.default.message" . }}' }),
  room_id: optional(text({ description: 'The room.' })),
})

type WebexOptions = Static<typeof webexSchema>
export type WebexConfig = WebexOptions & {
  readonly http_config: HttpConfig
  readonly api_url: string
  readonly room_id: string
}

export const webexFormat: IntegrationFormat<WebexOptions, WebexConfig> = {
  schema: webexSchema,
  read(options, context) {
    const { global, path, report } = context
    if ((options.room_id ?? '') === '') report([...path, 'room_id'], 'missing room_id on webex_config', 'key')
    if (options.http_config?.authorization === undefined) {
      report([...path, 'http_config'], 'missing webex_configs.http_config.authorization', 'key')
    }
    return {
      ...{ ...options, room_id: options.room_id ?? '' },
      api_url: options.api_url ?? global.webex_api_url,
      http_config: readHttp(options.http_config, context),
    }
  },
}
