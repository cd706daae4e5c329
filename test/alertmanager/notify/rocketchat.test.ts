import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{api_url: "${url}/", token: hunter2, token_id: hunter2id, channel: "#a", title: "T {{ .Status }}", title_link: "", text: M, emoji: "", icon_url: "", color: red}`
const answer = () => ({ body: '{"success":true}' })

test('a message with an attachment is posted in the name of the user', async (t) => {
  const { server, tell } = await toldIntegration(t, 'rocketchat', { options, answer })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/api/v1/chat.postMessage'])
  assert.equal(request?.headers['x-auth-token'], 'hunter2')
  assert.equal(request?.headers['x-user-id'], 'hunter2id')
  assert.equal(request?.body, '{"channel":"#a","attachments":[{"title":"T firing","text":"M","color":"red"}]}\n')
})

test('fields and buttons have their own shapes, and secrets may be in files', async (t) => {
  const { server, tell } = await toldIntegration(t, 'rocketchat', {
    options: (url) =>
      `{api_url: "${url}/chat", token_file: t, channel: c, title: ${'x'.repeat(1025)}, title_link: l, text: "", emoji: e, icon_url: i,` +
      ' color: green, image_url: im, thumb_url: th, short_fields: true, fields: [{title: a, value: b}, {title: c, value: d, short: false}],' +
      ' actions: [{type: x, text: b, url: u, msg: m, msginchatwindow: true}]}',
    global: () => '{rocketchat_token: not this, rocketchat_token_id_file: i}',
    files: { t: 'token', i: 'id' },
    answer,
  })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.equal(request?.path, '/chat/api/v1/chat.postMessage')
  assert.deepEqual([request?.headers['x-auth-token'], request?.headers['x-user-id']], ['token', 'id'])
  assert.equal(
    request?.body,
    `{"channel":"c","emoji":"e","avatar":"i","attachments":[{"title":"${'x'.repeat(1023)}…","title_link":"l","image_url":"im",` +
      '"thumb_url":"th","color":"green","fields":[{"short":true,"title":"a","value":"b"},{"short":false,"title":"c","value":"d"}],' +
      '"actions":[{"type":"button","text":"b","url":"u","is_webview":false,"msg":"m","msg_in_chat_window":false}]}]}\n',
  )
})

test('failures are told apart', (t) =>
  checkRetries(t, 'rocketchat', { options }, [
    [
      { body: '{"success":false,"error":"no hunter2 [error-room-not-found]"}' },
      false,
      'clientError',
      /error-room-not-found/,
    ],
    [{ body: '<html>' }, true, 'clientError', /check api_url/],
    [
      { status: 401, body: '{"status":"error","message":"You must be logged in"}' },
      false,
      'authError',
      /check token and token_id/,
    ],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 400 }, false, 'clientError'],
    [{ status: 500 }, true, 'serverError'],
  ]))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('rocketchat', '{token: a}'), [
    '4:3 no global Rocketchat TokenID set either inline or in a file',
  ])
  assert.deepEqual(configErrors('rocketchat', '{token_id: a}'), [
    '4:3 no global Rocketchat Token set either inline or in a file',
  ])
  assert.deepEqual(configErrors('rocketchat', '{token: a, token_file: b, token_id: c}'), [
    '4:14 at most one of token & token_file must be configured',
  ])
})
