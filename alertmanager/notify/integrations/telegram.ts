import type { TelegramConfig } from '../../config/receivers/telegram.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpResponse } from '../http/request.ts'
import type { IntegrationDeps } from '../integration.ts'
import { type FailureReason, failure, type Integration, type NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { Unsendable } from '../unsendable.ts'

/** Longest message that Telegram takes, in code points. */
const MAX_MESSAGE = 4096

/** HTML cannot be cut anywhere, and half a tag would be refused. */
const TOO_LONG = 'The text of this notification is longer than Telegram takes. Shorten its template.'

/** Tells a chat of Telegram. As upstream, every failure is tried again. */
export function createTelegram(config: TelegramConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('telegram', config, deps, async (telling) => {
    const text = messageText(config, telling)
    const token = await telling.secret(secretAt(config, 'bot_token'))
    const chatId = await readChatId(config, deps)
    const url = `${config.api_url.replace(/\/$/, '')}/bot${token}/sendMessage`
    return telling.postJson(url, telegramBody(config, chatId, text), {
      isRetryable: () => true,
      credentials: 'bot_token',
      readAnswer: (response) => readTelegramAnswer(response, deps.where),
    })
  })
}

function messageText({ message, parse_mode }: TelegramConfig, telling: Telling): string {
  if (parse_mode !== 'HTML') return cutToRunes(telling.text(message, 'message'), MAX_MESSAGE)
  const text = telling.html(message, 'message')
  return cutToRunes(text, MAX_MESSAGE) === text ? text : TOO_LONG
}

/** All values are texts, in the order of their names, as upstream's client sends them. */
function telegramBody(config: TelegramConfig, chatId: string, text: string): Json {
  return {
    chat_id: chatId,
    disable_notification: config.disable_notifications ? 'true' : undefined,
    disable_web_page_preview: 'true',
    message_thread_id: config.message_thread_id ? String(config.message_thread_id) : undefined,
    parse_mode: config.parse_mode || undefined,
    text,
  }
}

async function readChatId({ chat_id, chat_id_file }: TelegramConfig, { readFile }: IntegrationDeps): Promise<string> {
  if (chat_id_file === undefined) return String(chat_id)
  const text = await readFile(chat_id_file).catch(() => {
    throw new Unsendable(`cannot read chat_id_file: ${chat_id_file}`)
  })
  if (!/^-?\d+$/.test(text)) throw new Unsendable(`chat_id_file: ${chat_id_file} does not hold the number of a chat`)
  return text
}

function readTelegramAnswer({ body }: HttpResponse, where: string): NotifyResult {
  const { ok, description = 'no description', error_code, parameters } = readMembers(body)
  if (ok === true) return { ok: true }
  const refused = failure(reasonOf(error_code), true, `${where}: Telegram refused the message: ${description}`)
  const { retry_after } = (parameters ?? {}) as { readonly retry_after?: unknown }
  return typeof retry_after === 'number' ? { ...refused, retryAfterMs: retry_after * 1_000 } : refused
}

function reasonOf(code: unknown): FailureReason {
  if (code === 401 || code === 403) return 'authError'
  if (code === 429) return 'rateLimited'
  return typeof code === 'number' && code >= 500 ? 'serverError' : 'clientError'
}
