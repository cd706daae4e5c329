import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../support/manual-clock.ts'
import { hmacSha256 } from '../support/hmac.ts'
import { checkRetries, configErrors, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/open-apis/bot/v2/hook/hunter2", title: "T {{ .Status }}", text: "M {{ .CommonLabels.team }}"}`
const answer = () => ({ body: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}' })

test('a card in the colour of the status is posted', async (t) => {
  const { server, tell } = await toldIntegration(t, 'feishu', { options, answer })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [request, second] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/open-apis/bot/v2/hook/hunter2'])
  assert.equal(
    request?.body,
    '{"msg_type":"interactive","card":{"config":{"wide_screen_mode":true},' +
      '"header":{"title":{"tag":"plain_text","content":"T firing"},"template":"red"},' +
      '"elements":[{"tag":"markdown","content":"M \\u003cx\\u003e"}]}}\n',
  )
  assert.match(second?.body ?? '', /"template":"green"/)
})

test('requests are signed with the secret, which may be in a file', async (t) => {
  const clock = new ManualClock()
  for (const secret of ['secret: abc', 'secret_file: s']) {
    const { server, tell } = await toldIntegration(t, 'feishu', {
      options: (url) => `{webhook_url: "${url}", message_type: text, text: M, ${secret}}`,
      ...{ answer, files: { s: 'abc' }, deps: { clock } },
    })
    await tell()
    const timestamp = String(Math.floor(clock.nowMs() / 1_000))
    const sign = await hmacSha256(`${timestamp}\nabc`, '')
    assert.equal(
      server.requests[0]?.body,
      `{"timestamp":"${timestamp}","sign":"${sign}","msg_type":"text","content":{"text":"M"}}\n`,
    )
  }
})

test('text, posts and cards mention in their own ways', async (t) => {
  const rows: [string, string][] = [
    ['text', '{"msg_type":"text","content":{"text":"M\\n<at user_id=\\"ou_1\\"></at> <at user_id=\\"all\\"></at>"}}'],
    [
      'post',
      '{"msg_type":"post","content":{"post":{"zh_cn":{"title":"T","content":[[{"tag":"text","text":"M"}],' +
        '[{"tag":"at","user_id":"ou_1"},{"tag":"at","user_id":"all"}]]}}}}',
    ],
    [
      'interactive',
      '{"msg_type":"interactive","card":{"config":{"wide_screen_mode":true},"header":{"title":{"tag":"plain_text","content":"T"},' +
        '"template":"red"},"elements":[{"tag":"markdown","content":"M\\n<at id=ou_1></at> <at id=all></at>"}]}}',
    ],
  ]
  for (const [type, body] of rows) {
    const { server, tell } = await toldIntegration(t, 'feishu', {
      options: (url) => `{webhook_url: "${url}", message_type: ${type}, title: T, text: M, at_user_ids: [ou_1, all]}`,
      answer,
    })
    await tell()
    assert.deepEqual(JSON.parse(server.requests[0]!.body), JSON.parse(body))
  }
})

test('a text that is too long is cut so that the request is not', async (t) => {
  const { server, tell } = await toldIntegration(t, 'feishu', {
    options: (url) => `{webhook_url: "${url}", title: T, text: "${'ü'.repeat(20_000)}"}`,
    answer,
  })
  await tell()
  const bytes = Buffer.byteLength(server.requests[0]!.body)
  assert.ok(bytes <= 20_480 && bytes > 20_470, String(bytes))
})

test('failures are told apart', (t) =>
  checkRetries(t, 'feishu', { options }, [
    [{ body: '{"code":11232,"msg":"frequency limited"}' }, true, 'rateLimited', /11232: frequency limited/],
    [{ body: '{"code":19021,"msg":"sign match fail"}' }, false, 'authError', /check secret and the clock/],
    [{ body: '{"code":19022,"msg":"Ip Not Allowed"}' }, false, 'authError'],
    [{ body: '{"code":19024,"msg":"Key Words Not Found"}' }, false, 'clientError', /keywords/],
    [{ body: '{"code":9499,"msg":"Bad Request","data":{}}' }, false, 'clientError', /9499: Bad Request/],
    [{ body: '' }, true, 'other', /check the url/],
    [{ status: 400, body: '{"code":9499,"msg":"Bad Request"}' }, false, 'clientError'],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 500 }, true, 'serverError'],
  ]))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('feishu', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
  assert.deepEqual(configErrors('feishu', '{webhook_url: "http://x", secret: a, secret_file: b}'), [
    '4:40 at most one of secret & secret_file must be configured',
  ])
})
