import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, failed, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{api_url: "${url}", bot_token: "1:hunter2", chat_id: -100123, message: "M {{ .Status }}"}`
const answer = () => ({ body: '{"ok":true,"result":{"message_id":1}}' })

test('a message is sent to the chat, its values as texts', async (t) => {
  const { server, tell } = await toldIntegration(t, 'telegram', { options, answer })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/bot1:hunter2/sendMessage'])
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(
    request?.body,
    '{"chat_id":"-100123","disable_web_page_preview":"true","parse_mode":"HTML","text":"html M firing"}\n',
  )
})

test('topic, silence and plain text are said; token and chat may be in files', async (t) => {
  const { server, tell } = await toldIntegration(t, 'telegram', {
    options: () =>
      '{bot_token_file: token, chat_id_file: chat, message_thread_id: 7, disable_notifications: true, parse_mode: "", message: M}',
    global: (url) => `{telegram_api_url: "${url}/", telegram_bot_token: "not:this"}`,
    files: { token: '2:other', chat: '42' },
    answer,
  })
  await tell()
  assert.equal(server.requests[0]?.path, '/bot2:other/sendMessage')
  assert.equal(
    server.requests[0]?.body,
    '{"chat_id":"42","disable_notification":"true","disable_web_page_preview":"true","message_thread_id":"7","text":"M"}\n',
  )
})

test('a text that is too long is cut, and HTML, which cannot be cut, makes room for a word about it', async (t) => {
  for (const [mode, expected] of [
    ['MarkdownV2', `${'x'.repeat(4095)}…`],
    ['HTML', 'The text of this notification is longer than Telegram takes. Shorten its template.'],
  ]) {
    const { server, tell } = await toldIntegration(t, 'telegram', {
      options: (url) =>
        `{api_url: "${url}", bot_token: "1:x", chat_id: 1, parse_mode: ${mode}, message: ${'x'.repeat(5000)}}`,
      answer,
    })
    await tell()
    assert.equal(JSON.parse(server.requests[0]!.body).text, expected)
  }
})

test('every failure is tried again', (t) =>
  checkRetries(t, 'telegram', { options }, [
    [{ status: 400, body: '{"ok":false,"description":"chat not found"}' }, true, 'clientError', /chat not found/],
    [{ status: 401 }, true, 'authError'],
    [{ status: 404 }, true, 'clientError'],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 502 }, true, 'serverError'],
    [{ body: '{"ok":false,"error_code":400,"description":"no"}' }, true, 'clientError', /refused the message: no$/],
    [{ body: '<html>' }, true, 'clientError', /no description/],
  ]))

test('an answer that asks to wait is heard', async (t) => {
  const body = '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":9}}'
  const { tell } = await toldIntegration(t, 'telegram', { options, answer: () => ({ body }) })
  const result = failed(await tell())
  assert.deepEqual([result.reason, result.retryAfterMs], ['rateLimited', 9_000])
})

test('files that do not hold what they should are said', async (t) => {
  const { tell } = await toldIntegration(t, 'telegram', {
    options: (url) => `{api_url: "${url}", bot_token: "1:x", chat_id_file: chat}`,
    files: { chat: 'team' },
  })
  assert.match(failed(await tell()).message, /chat_id_file: chat does not hold the number of a chat/)
})

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('telegram', '{chat_id: 1}'), [
    '4:3 missing bot_token or bot_token_file on telegram_config',
  ])
  assert.deepEqual(configErrors('telegram', '{bot_token: x}'), [
    '4:3 missing chat_id or chat_id_file on telegram_config',
  ])
  assert.deepEqual(configErrors('telegram', '{bot_token: x, chat_id: 1, chat_id_file: y}'), [
    '4:30 at most one of chat_id & chat_id_file must be configured',
  ])
  assert.deepEqual(configErrors('telegram', '{bot_token: x, chat_id: 1, parse_mode: html}'), [
    '4:42 unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string',
  ])
  assert.deepEqual(configErrors('telegram', '{chat_id: 1}', '{telegram_bot_token_file: t}'), [])
})
