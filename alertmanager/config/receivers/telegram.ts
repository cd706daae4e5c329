import { boolean, integer, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'

const PARSE_MODES = ['', 'Markdown', 'MarkdownV2', 'HTML']
const UNKNOWN_MODE = 'unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string'

const telegramSchema = section('Tells a chat of Telegram through a bot.', {
  ...httpKeys(true),
  api_url: optional(url({ description: 'API of Telegram.' })),
  bot_token: optional(secret({ description: 'Token of the bot.' })),
  bot_token_file: optional(text({ description: 'File with the token, read at each notification.' })),
  chat_id: optional(integer({ description: 'Number of the chat; negative for groups.' })),
  chat_id_file: optional(text({ description: 'File with the number, read at each notification.' })),
  message_thread_id: optional(integer({ description: 'Number of a topic of the chat.' })),
  message: text({ description: 'What to say.', default: '{{ template "telegram.default.message" . }}' }),
  disable_notifications: boolean({ description: 'Deliver without a sound.', default: false }),
  parse_mode: text({ description: 'How Telegram reads the message; empty for plain text.', default: 'HTML' }),
})

type TelegramOptions = Static<typeof telegramSchema>
export type TelegramConfig = TelegramOptions & { readonly http_config: HttpConfig; readonly api_url: string }

export const telegramFormat: IntegrationFormat<TelegramOptions, TelegramConfig> = {
  schema: telegramSchema,
  read(options, context) {
    const { global, path, report } = context
    atMostOne(options, ['bot_token', 'bot_token_file'], path, report)
    atMostOne(options, ['chat_id', 'chat_id_file'], path, report)
    const token = inheritSecret(options, 'bot_token', global.telegram_bot_token, global.telegram_bot_token_file)
    if (Object.keys(token).length === 0) {
      report([...path, 'bot_token'], 'missing bot_token or bot_token_file on telegram_config', 'key')
    }
    if ((options.chat_id ?? 0) === 0 && options.chat_id_file === undefined) {
      report([...path, 'chat_id'], 'missing chat_id or chat_id_file on telegram_config', 'key')
    }
    if (!PARSE_MODES.includes(options.parse_mode)) report([...path, 'parse_mode'], UNKNOWN_MODE)
    return {
      ...options,
      ...token,
      api_url: options.api_url ?? global.telegram_api_url,
      http_config: readHttp(options.http_config, context),
    }
  },
}
