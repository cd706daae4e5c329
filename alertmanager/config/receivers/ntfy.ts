import { boolean, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'

const byDefault = (description: string, key: string) =>
  text({ description, default: `{{ template "ntfy.default.${key}" . }}` })

const ntfySchema = section('Tells the subscribers of a topic of ntfy.', {
  ...httpKeys(true),
  url: url({ description: 'The server.', default: 'https://ntfy.sh/' }),
  topic: optional(text({ description: 'The topic.' })),
  token: optional(secret({ description: 'Access token; without it http_config says who we are.' })),
  token_file: optional(text({ description: 'File with the token, read at each notification.' })),
  title: byDefault('Title.', 'title'),
  message: byDefault('What to say.', 'message'),
  priority: byDefault('From 1 to 5, or min, low, default, high, max.', 'priority'),
  tags: byDefault('Tags and names of emojis, separated by commas.', 'tags'),
  click: text({ description: 'Where a click leads.', default: '{{ template "__alertmanagerURL" . }}' }),
  icon: optional(text({ description: 'URL of a picture.' })),
  markdown: boolean({ description: 'Whether the message is Markdown.', default: false }),
})

type NtfyOptions = Static<typeof ntfySchema>
export type NtfyConfig = NtfyOptions & { readonly http_config: HttpConfig; readonly topic: string }

export const ntfyFormat: IntegrationFormat<NtfyOptions, NtfyConfig> = {
  schema: ntfySchema,
  read(options, context) {
    const { path, report } = context
    const { topic = '', token, token_file, http_config } = options
    if (topic === '') report([...path, 'topic'], 'missing topic in ntfy_config', 'key')
    atMostOne(options, ['token', 'token_file'], path, report)
    const hasToken = token !== undefined || token_file !== undefined
    if (hasToken && (http_config?.basic_auth ?? http_config?.authorization) !== undefined) {
      report(
        [...path, 'token'],
        'at most one of token, http_config.basic_auth & authorization must be configured',
        'key',
      )
    }
    return { ...options, topic, http_config: readHttp(http_config, context) }
  },
}
