import type { WechatConfig } from '../../config/receivers/wechat.ts'
import type { Json } from '../../json.ts'
import { exchange, readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpResponse } from '../http/request.ts'
import { judgeAnswer, type Verdict } from '../http/verdict.ts'
import type { IntegrationDeps } from '../integration.ts'
import { failure, type Integration, type NotifyFailure, type NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** How long a token holds. */
const TOKEN_MS = 2 * 3_600_000

/** Codes that say that the token is over, or is none. The next attempt asks for another one. */
const TOKEN_CODES: ReadonlySet<unknown> = new Set([42001, 40014])

const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map([
  [-1, { reason: 'serverError', retryable: true }],
  [45009, { reason: 'rateLimited', retryable: true }],
  [42001, { reason: 'authError', retryable: true }],
  [40014, { reason: 'authError', retryable: true }],
])

interface Token {
  readonly text: string
  readonly sinceMs: number
}

/** Tells users of WeChat Work. Its token is kept for as long as it holds. */
export function createWechat(config: WechatConfig, deps: IntegrationDeps): Integration {
  const { where, clock } = deps
  let token: Token | undefined

  const readToken = async (telling: Telling): Promise<Token | NotifyFailure> => {
    if (token !== undefined && clock.nowMs() - token.sinceMs <= TOKEN_MS) return token
    const secret = telling.hide(telling.text(await telling.secret(secretAt(config, 'api_secret')), 'api_secret'))
    const query = new URLSearchParams({ corpid: telling.text(config.corp_id, 'corp_id'), corpsecret: secret })
    const url = `${config.api_url}gettoken?${query}`
    const request = { url, method: 'GET', headers: {}, body: '' } as const
    const exchanged = await exchange(telling, request, {
      isRetryable: () => true,
      readAnswer: (response) => readTokenAnswer(response, where),
    })
    if (!('answer' in exchanged)) return exchanged
    const { access_token } = readMembers(exchanged.answer.body)
    token = { text: String(access_token), sinceMs: clock.nowMs() }
    return token
  }

  return createHttpIntegration('wechat', config, deps, async (telling) => {
    const body = wechatBody(config, telling)
    const current = await readToken(telling)
    if ('ok' in current) return current
    const query = new URLSearchParams({ access_token: telling.hide(current.text) })
    return telling.postJson(`${config.api_url}message/send?${query}`, body, {
      isRetryable: () => true,
      readAnswer(response) {
        const result = readWechatAnswer(response, where)
        if (!result.ok && TOKEN_CODES.has(readMembers(response.body).errcode)) token = undefined
        return result
      },
    })
  })
}

/** Both kinds of content are always there, one of them empty, as upstream writes them. */
function wechatBody(config: WechatConfig, telling: Telling): Json {
  const content = telling.text(config.message, 'message')
  const isMarkdown = config.message_type === 'markdown'
  return {
    text: { content: isMarkdown ? '' : content },
    touser: telling.text(config.to_user, 'to_user') || undefined,
    toparty: telling.text(config.to_party, 'to_party') || undefined,
    totag: telling.text(config.to_tag, 'to_tag') || undefined,
    agentid: telling.text(config.agent_id, 'agent_id') || undefined,
    safe: '0',
    msgtype: config.message_type,
    markdown: { content: isMarkdown ? content : '' },
  }
}

function readTokenAnswer({ body }: HttpResponse, where: string): NotifyResult {
  const { access_token, errcode, errmsg } = readMembers(body)
  if (typeof access_token === 'string' && access_token !== '') return { ok: true }
  if (VERDICTS.has(errcode)) return judgeWechat(where, errcode, errmsg)
  const cure = 'check corp_id and api_secret'
  return failure('authError', false, `${where}: WeChat gave no token (${errcode}: ${errmsg}); ${cure}`)
}

function readWechatAnswer({ body }: HttpResponse, where: string): NotifyResult {
  const { errcode, errmsg } = readMembers(body)
  return judgeWechat(where, errcode, errmsg)
}

function judgeWechat(where: string, code: unknown, text: unknown): NotifyResult {
  return judgeAnswer({ where, service: 'WeChat', code, text, verdicts: VERDICTS })
}
