import { createHmac } from 'node:crypto'
import type { FeishuConfig } from '../../config/receivers/feishu.ts'
import { encodeJson, type Json } from '../../json.ts'
import { fitText } from '../fit-text.ts'
import { readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpResponse } from '../http/request.ts'
import { judgeAnswer, type Verdict } from '../http/verdict.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration, NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** Longest body of a request. */
const MAX_BODY_BYTES = 20 * 1024

const COLORS = { firing: 'red', resolved: 'green' } as const

const CURES = {
  secret: 'check secret and the clock of this machine',
  address: "this machine's address is not on the bot's list",
  keyword: "the text has none of the bot's keywords",
  url: 'check webhook_url',
}

/** https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */
const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map([
  [11232, { reason: 'rateLimited', retryable: true }],
  [19021, { reason: 'authError', retryable: false, cure: CURES.secret }],
  [19022, { reason: 'authError', retryable: false, cure: CURES.address }],
  [19024, { reason: 'clientError', retryable: false, cure: CURES.keyword }],
  [19001, { reason: 'authError', retryable: false, cure: CURES.url }],
])

/** Tells a group of Feishu or Lark. */
export function createFeishu(config: FeishuConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('feishu', config, deps, async (telling) => {
    const url = await readWebhookUrl(config, telling)
    const signature = await sign(config, deps, telling)
    return telling.postJson(url, feishuBody(config, telling, signature), {
      readAnswer: (response) => readFeishuAnswer(response, deps.where),
    })
  })
}

/** What the request is signed with; nothing where there is no secret. */
async function sign(config: FeishuConfig, { clock }: IntegrationDeps, telling: Telling) {
  if (config.secret === undefined && config.secret_file === undefined) return {}
  const secret = await telling.secret(secretAt(config, 'secret'))
  const timestamp = String(Math.floor(clock.nowMs() / 1_000))
  // The key is what others sign, and what is signed is empty.
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') }
}

function feishuBody(config: FeishuConfig, telling: Telling, signature: Readonly<Record<string, string>>): Json {
  const title = telling.text(config.title, 'title')
  const users = config.at_user_ids.map((user) => telling.text(user, 'at_user_ids'))
  const bodyOf = (text: string): Json => {
    switch (config.message_type) {
      case 'text':
        return { ...signature, msg_type: 'text', content: { text: withMentions(text, users, 'user_id') } }
      case 'post':
        return {
          ...signature,
          msg_type: 'post',
          content: { post: { zh_cn: { title, content: postLines(text, users) } } },
        }
      case 'interactive':
        return { ...signature, msg_type: 'interactive', card: cardOf(title, withMentions(text, users, 'id'), telling) }
    }
  }
  const sizeOf = (text: string) => Buffer.byteLength(encodeJson(bodyOf(text), { escapeHtml: true }))
  return bodyOf(fitText(telling.text(config.text, 'text'), MAX_BODY_BYTES, sizeOf))
}

function withMentions(text: string, users: readonly string[], attribute: string): string {
  if (users.length === 0) return text
  const quote = attribute === 'user_id' ? '"' : ''
  return `${text}\n${users.map((user) => `<at ${attribute}=${quote}${user}${quote}></at>`).join(' ')}`
}

function postLines(text: string, users: readonly string[]): Json {
  const mentions = users.map((user) => ({ tag: 'at', user_id: user }))
  const said = [{ tag: 'text', text }]
  return mentions.length === 0 ? [said] : [said, mentions]
}

function cardOf(title: string, text: string, { data }: Telling): Json {
  return {
    config: { wide_screen_mode: true },
    header: { title: { tag: 'plain_text', content: title }, template: COLORS[data.status] },
    elements: [{ tag: 'markdown', content: text }],
  }
}

/** Older bots answer with other names. */
function readFeishuAnswer({ body }: HttpResponse, where: string): NotifyResult {
  const { code, msg, StatusCode, StatusMessage } = readMembers(body)
  const answer = { code: code ?? StatusCode, text: msg ?? StatusMessage }
  return judgeAnswer({ where, service: 'Feishu', verdicts: VERDICTS, ...answer })
}
