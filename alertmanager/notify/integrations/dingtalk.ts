import { createHmac } from 'node:crypto'
import type { DingtalkConfig } from '../../config/receivers/dingtalk.ts'
import { encodeJson, type Json } from '../../json.ts'
import { fitText } from '../fit-text.ts'
import { readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import { judgeAnswer, type Verdict } from '../http/verdict.ts'
import { readWebhookUrl } from '../http/webhook-url.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** Longest body of a request. */
const MAX_BODY_BYTES = 20_000

/** https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages */
const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map([
  [-1, { reason: 'serverError', retryable: true }],
  [130101, { reason: 'rateLimited', retryable: true, cure: 'a robot may say 20 things a minute' }],
  [410100, { reason: 'rateLimited', retryable: true, cure: 'a robot may say 20 things a minute' }],
  [
    310000,
    {
      ...{ reason: 'authError', retryable: false },
      cure: "compare secret, keywords and addresses with the robot's security settings, and the clock of this machine",
    },
  ],
  [300001, { reason: 'authError', retryable: false, cure: 'check the access_token in webhook_url' }],
  [400101, { reason: 'authError', retryable: false, cure: 'check the access_token in webhook_url' }],
  [400102, { reason: 'authError', retryable: false, cure: 'the robot is switched off' }],
])

/** Tells a group of DingTalk. */
export function createDingtalk(config: DingtalkConfig, deps: IntegrationDeps): Integration {
  const { where, clock } = deps
  return createHttpIntegration('dingtalk', config, deps, async (telling) => {
    const url = new URL(await readWebhookUrl(config, telling))
    if (config.secret !== undefined || config.secret_file !== undefined) {
      const secret = await telling.secret(secretAt(config, 'secret'))
      const timestamp = clock.nowMs()
      url.searchParams.set('timestamp', String(timestamp))
      url.searchParams.set('sign', signDingtalk(timestamp, secret))
    }
    return telling.postJson(url.href, dingtalkBody(config, telling), {
      readAnswer({ body }) {
        const { errcode, errmsg } = readMembers(body)
        return judgeAnswer({ where, service: 'DingTalk', code: errcode, text: errmsg, verdicts: VERDICTS })
      },
    })
  })
}

function signDingtalk(timestampMs: number, secret: string): string {
  return createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64')
}

function dingtalkBody(config: DingtalkConfig, telling: Telling): Json {
  const title = telling.text(config.title, 'title')
  const mobiles = config.at_mobiles.map((mobile) => telling.text(mobile, 'at_mobiles'))
  const userIds = config.at_user_ids.map((userId) => telling.text(userId, 'at_user_ids'))
  // Only who is mentioned in the text as well is told.
  const mentions = [...mobiles, ...userIds].map((name) => `@${name}`).join(' ')
  const buttons = config.buttons.map((button) => ({
    title: telling.text(button.title, 'buttons'),
    actionURL: telling.text(button.url, 'buttons'),
  }))
  const bodyOf = (said: string): Json => {
    const text = mentions === '' ? said : `${said}\n\n${mentions}`
    const at = { atMobiles: mobiles, atUserIds: userIds, isAtAll: config.at_all }
    switch (config.message_type) {
      case 'text':
        return { msgtype: 'text', text: { content: text }, at }
      case 'markdown':
        return { msgtype: 'markdown', markdown: { title, text }, at }
      case 'actionCard':
        return { msgtype: 'actionCard', actionCard: { title, text, btnOrientation: '0', ...cardButtons(buttons) }, at }
    }
  }
  const sizeOf = (said: string) => Buffer.byteLength(encodeJson(bodyOf(said), { escapeHtml: true }))
  return bodyOf(fitText(telling.text(config.text, 'text'), MAX_BODY_BYTES, sizeOf))
}

interface Button {
  readonly title: string
  readonly actionURL: string
}

/** A single one is the card itself. */
function cardButtons(buttons: readonly Button[]): Readonly<Record<string, Json>> {
  const [single] = buttons
  if (single === undefined || buttons.length > 1) return { btns: buttons.map((button) => ({ ...button })) }
  return { singleTitle: single.title, singleURL: single.actionURL }
}
