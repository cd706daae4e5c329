import { optional, type Static, section, text } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkWebhookUrl, webhookUrlKeys } from './webhook-url.ts'

const discordSchema = section('Tells a channel of Discord.', {
  ...httpKeys(true),
  ...webhookUrlKeys('a channel'),
  content: optional(text({ description: 'Text above the embed; by default discord.default.content, which is empty.' })),
  title: text({ description: 'Title of the embed.', default: '{{ template "discord.default.title" . }}' }),
  message: text({ description: 'Text of the embed.', default: '{{ template "discord.default.message" . }}' }),
  username: optional(text({ description: 'Name to show in place of that of the webhook.' })),
  avatar_url: optional(text({ description: 'Picture to show in place of that of the webhook.' })),
})

type DiscordOptions = Static<typeof discordSchema>
export type DiscordConfig = DiscordOptions & { readonly http_config: HttpConfig; readonly content: string }

/** Not written where it is not asked for: amtool before 0.28 does not know the key. */
const CONTENT = '{{ template "discord.default.content" . }}'

export const discordFormat: IntegrationFormat<DiscordOptions, DiscordConfig> = {
  schema: discordSchema,
  read(options, context) {
    checkWebhookUrl(options, context)
    const { content = CONTENT } = options
    return { ...options, content, http_config: readHttp(options.http_config, context) }
  },
}
