import type { SlackConfig } from '../../config/receivers/slack.ts'
import type { Json } from '../../json.ts'
import { readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpResponse } from '../http/request.ts'
import type { IntegrationDeps } from '../integration.ts'
import { failure, type Integration, type NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { slackMessage } from './slack-message.ts'

/** The message of a group, to be changed by its next notification. The names are upstream's. */
interface Posted {
  readonly threadTs: string
  readonly channelId: string
}

/** Tells a channel of Slack. With `update_message` the message of a group is changed while its incident lasts. */
export function createSlack(config: SlackConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('slack', config, deps, async (telling) => {
    const message = slackMessage(config, telling)
    const posted = postedBefore(config, telling)
    if (posted === undefined) return post(config, telling, message, deps.where)
    const update = { ...message, channel: posted.channelId, ts: posted.threadTs }
    const result = await post(config, telling, update, deps.where)
    // Somebody has deleted it, or it is too old to be changed.
    return isGone(result) ? post(config, telling, message, deps.where) : result
  })
}

function postedBefore({ update_message }: SlackConfig, { notification }: Telling): Posted | undefined {
  const { threadTs, channelId } = notification.receiverData
  // A new incident is worth a new message: nobody is told of a change of an old one.
  if (!update_message || notification.reason === 'first notification') return undefined
  return threadTs && channelId ? { threadTs, channelId } : undefined
}

type Message = Readonly<Record<string, Json | undefined>>

async function post(config: SlackConfig, telling: Telling, message: Message, where: string): Promise<NotifyResult> {
  const isApp = config.app_token !== undefined || config.app_token_file !== undefined
  const url = isApp ? config.app_url : await telling.secret(secretAt(config, 'api_url'))
  const headers: Record<string, string> = {}
  if (isApp) headers.authorization = `Bearer ${await telling.secret(secretAt(config, 'app_token'))}`
  const target = message.ts === undefined ? url : url.replace(/chat\.postMessage\/?$/, 'chat.update')
  const order = { channel: message.channel, ts: message.ts }
  return telling.postJson(
    target,
    { ...order, ...message },
    {
      headers,
      credentials: isApp ? 'app_token' : 'api_url',
      readAnswer: (response) => readSlackAnswer(response, config, where),
    },
  )
}

/** Slack answers 200 to what it does not take. */
function readSlackAnswer({ headers, body }: HttpResponse, config: SlackConfig, where: string): NotifyResult {
  const refused = (code: string) =>
    failure('clientError', false, `${where}: error response from Slack: ${code}${CURES[code] ?? ''}`)
  if (!headers['content-type']?.startsWith('application/json')) {
    return body === 'ok' ? { ok: true } : refused(body.trim().slice(0, 200))
  }
  const { ok, error, ts, channel } = readMembers(body)
  if (ok === undefined) return failure('clientError', true, `${where}: Slack answered with something else than JSON`)
  if (ok !== true) return refused(String(error ?? 'without a reason'))
  if (!config.update_message || typeof ts !== 'string' || typeof channel !== 'string') return { ok: true }
  return { ok: true, receiverData: { threadTs: ts, channelId: channel } }
}

function isGone(result: NotifyResult): boolean {
  return !result.ok && /: (?:message_not_found|cant_update_message|edit_window_closed)\b/.test(result.message)
}

const CURES: Readonly<Record<string, string>> = {
  channel_not_found: '; check channel, and invite the app to it if it is private',
  not_in_channel: '; invite the app to the channel',
  is_archived: '; the channel is archived, choose another',
  invalid_auth: '; check app_token',
  not_authed: '; check app_token',
  account_inactive: '; the app was removed, make a new app_token',
  token_revoked: '; make a new app_token',
  missing_scope: '; give the app the scope chat:write',
  no_service: '; the webhook was removed, make a new api_url',
  invalid_token: '; check api_url',
  no_text: '; the title and the text are empty, check their templates',
  msg_too_long: '; shorten the templates',
  rate_limited: '; Slack takes one message a second, raise group_interval',
}
