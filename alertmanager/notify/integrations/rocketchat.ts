import type { RocketchatConfig } from '../../config/receivers/rocketchat.ts'
import type { Json } from '../../json.ts'
import { cutToRunes } from '../cut-text.ts'
import { readMembers } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpResponse } from '../http/request.ts'
import type { IntegrationDeps } from '../integration.ts'
import { failure, type Integration, type NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'

/** Longest title, in code points. */
const MAX_TITLE = 1024

/** Tells a channel of Rocket.Chat. */
export function createRocketchat(config: RocketchatConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('rocketchat', config, deps, async (telling) => {
    const headers = {
      'x-auth-token': await telling.secret(secretAt(config, 'token')),
      'x-user-id': await telling.secret(secretAt(config, 'token_id')),
    }
    return telling.postJson(`${config.api_url.replace(/\/$/, '')}/api/v1/chat.postMessage`, bodyOf(config, telling), {
      headers,
      credentials: 'token and token_id',
      readAnswer: (response) => readRocketchatAnswer(response, deps.where),
    })
  })
}

function bodyOf(config: RocketchatConfig, telling: Telling): Json {
  const render = (
    key: 'title_link' | 'text' | 'image_url' | 'thumb_url' | 'color' | 'channel' | 'emoji' | 'icon_url',
  ) => telling.text(config[key] ?? '', key) || undefined
  const attachment = {
    title: cutToRunes(telling.text(config.title, 'title'), MAX_TITLE) || undefined,
    title_link: render('title_link'),
    text: render('text'),
    image_url: render('image_url'),
    thumb_url: render('thumb_url'),
    color: render('color'),
    fields: config.fields.length === 0 ? undefined : fieldsOf(config, telling),
    actions: config.actions.length === 0 ? undefined : actionsOf(config, telling),
  }
  return {
    channel: render('channel'),
    emoji: render('emoji'),
    avatar: render('icon_url'),
    attachments: [attachment],
  }
}

function fieldsOf({ fields, short_fields }: RocketchatConfig, telling: Telling): Json {
  return fields.map(({ title = '', value = '', short = short_fields }) => ({
    short,
    title: telling.text(title, 'fields') || undefined,
    value: telling.text(value, 'fields') || undefined,
  }))
}

function actionsOf({ actions }: RocketchatConfig, telling: Telling): Json {
  return actions.map(({ text = '', url = '', msg = '' }) => ({
    type: 'button',
    text: telling.text(text, 'actions') || undefined,
    url: telling.text(url, 'actions') || undefined,
    is_webview: false,
    msg: telling.text(msg, 'actions') || undefined,
    msg_in_chat_window: false,
  }))
}

function readRocketchatAnswer({ body }: HttpResponse, where: string): NotifyResult {
  const { success, error } = readMembers(body)
  if (success === true) return { ok: true }
  if (success === undefined)
    return failure('clientError', true, `${where}: the answer is none of Rocket.Chat; check api_url`)
  return failure(
    'clientError',
    false,
    `${where}: Rocket.Chat refused the message: ${String(error ?? 'no reason given')}`,
  )
}
