import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../support/manual-clock.ts'
import { hmacSha256 } from '../support/hmac.ts'
import { checkRetries, configErrors, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/robot/send?access_token=hunter2long", title: "T {{ .Status }}", text: "M {{ .CommonLabels.team }}"}`
const answer = () => ({ body: '{"errcode":0,"errmsg":"ok"}' })

test('Markdown is posted to the robot', async (t) => {
  const { server, tell } = await toldIntegration(t, 'dingtalk', { options, answer })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [request, second] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/robot/send?access_token=hunter2long'])
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(
    request?.body,
    '{"msgtype":"markdown","markdown":{"title":"T firing","text":"M \\u003cx\\u003e"},' +
      '"at":{"atMobiles":[],"atUserIds":[],"isAtAll":false}}\n',
  )
  assert.match(second?.body ?? '', /T resolved/)
})

test('requests are signed with the secret, which may be in a file', async (t) => {
  const clock = new ManualClock()
  for (const secret of ['secret: SECabc', 'secret_file: s']) {
    const { server, tell } = await toldIntegration(t, 'dingtalk', {
      options: (url) => `{webhook_url: "${url}/robot/send?access_token=x", ${secret}}`,
      ...{ answer, files: { s: 'SECabc' }, deps: { clock } },
    })
    await tell()
    const { searchParams } = new URL(server.requests[0]!.path, server.url)
    const timestamp = searchParams.get('timestamp')
    assert.equal(timestamp, String(clock.nowMs()))
    assert.equal(searchParams.get('sign'), await hmacSha256('SECabc', `${timestamp}\nSECabc`))
    assert.equal(searchParams.get('access_token'), 'x')
  }
})

test('text and cards have their own shapes, and who is mentioned stands in the text', async (t) => {
  const rows: [string, string][] = [
    [
      'message_type: text, text: M, at_mobiles: ["138"], at_user_ids: [u], at_all: true',
      '{"msgtype":"text","text":{"content":"M\\n\\n@138 @u"},"at":{"atMobiles":["138"],"atUserIds":["u"],"isAtAll":true}}\n',
    ],
    [
      'message_type: actionCard, title: T, text: M, buttons: [{title: B, url: "http://b"}]',
      '{"msgtype":"actionCard","actionCard":{"title":"T","text":"M","btnOrientation":"0","singleTitle":"B","singleURL":"http://b"},' +
        '"at":{"atMobiles":[],"atUserIds":[],"isAtAll":false}}\n',
    ],
    [
      'message_type: actionCard, title: T, text: M, buttons: [{title: B, url: "http://b"}, {title: C, url: "http://c"}]',
      '{"msgtype":"actionCard","actionCard":{"title":"T","text":"M","btnOrientation":"0",' +
        '"btns":[{"title":"B","actionURL":"http://b"},{"title":"C","actionURL":"http://c"}]},' +
        '"at":{"atMobiles":[],"atUserIds":[],"isAtAll":false}}\n',
    ],
  ]
  for (const [given, body] of rows) {
    const { server, tell } = await toldIntegration(t, 'dingtalk', {
      options: (url) => `{webhook_url: "${url}", ${given}}`,
      answer,
    })
    await tell()
    assert.equal(server.requests[0]?.body, body)
  }
})

test('a text that is too long is cut so that the request is not', async (t) => {
  const { server, tell } = await toldIntegration(t, 'dingtalk', {
    options: (url) => `{webhook_url: "${url}", title: T, text: "${'<'.repeat(9_000)}", at_mobiles: ["138"]}`,
    answer,
  })
  await tell()
  const body = server.requests[0]!.body
  const bytes = Buffer.byteLength(body)
  assert.ok(bytes <= 20_000 && bytes > 19_980, String(bytes))
  assert.match(JSON.parse(body).markdown.text, /^<+…\n\n@138$/)
})

test('failures are told apart', (t) =>
  checkRetries(t, 'dingtalk', { options }, [
    [{ body: '{"errcode":130101,"errmsg":"send too fast"}' }, true, 'rateLimited', /130101: send too fast\); a robot/],
    [{ body: '{"errcode":-1,"errmsg":"busy"}' }, true, 'serverError'],
    [{ body: '{"errcode":310000,"errmsg":"sign not match"}' }, false, 'authError', /security settings/],
    [{ body: '{"errcode":300001,"errmsg":"token is not exist"}' }, false, 'authError', /access_token in webhook_url/],
    [{ body: '{"errcode":40035,"errmsg":"hunter2long?"}' }, false, 'clientError', /40035: <redacted>\?\)$/],
    [{ body: '<html>' }, true, 'other', /check the url/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 404 }, false, 'clientError'],
    [{ status: 502 }, true, 'serverError'],
  ]))

test('a file without a URL is said', async (t) => {
  const { tell } = await toldIntegration(t, 'dingtalk', {
    options: () => '{webhook_url_file: url.txt}',
    files: { 'url.txt': 'hunter2' },
  })
  const result = failed(await tell())
  assert.equal(
    result.message,
    'dingtalk_configs[0]: webhook_url_file: url.txt does not hold an http:// or https:// URL',
  )
  assert.equal(result.retryable, false)
})

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('dingtalk', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
  assert.deepEqual(configErrors('dingtalk', '{webhook_url: "http://x", secret: a, secret_file: b}'), [
    '4:40 at most one of secret & secret_file must be configured',
  ])
  assert.deepEqual(configErrors('dingtalk', '{webhook_url: "http://x", message_type: actionCard}'), [
    '4:43 an actionCard needs at least one of buttons',
  ])
  assert.deepEqual(configErrors('dingtalk', '{webhook_url: "http://x", buttons: [{title: a, url: b}]}'), [
    '4:29 only a message_type of actionCard has buttons',
  ])
})
