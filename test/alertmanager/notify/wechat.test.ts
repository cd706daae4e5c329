import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../support/manual-clock.ts'
import type { Answer, CapturedRequest } from '../support/capture-server.ts'
import { checkRetries, configErrors, failed, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{api_url: "${url}/cgi-bin", api_secret: hunter2, corp_id: corp, agent_id: "7", to_user: "@all", to_party: "", to_tag: "", message: "M {{ .Status }}"}`

/** Gives tokens, each with the next number. */
function service(send: (request: CapturedRequest) => Answer = () => ({ body: '{"errcode":0,"errmsg":"ok"}' })) {
  let tokens = 0
  return (request: CapturedRequest): Answer => {
    if (!request.path.startsWith('/cgi-bin/gettoken')) return send(request)
    return { body: `{"errcode":0,"access_token":"token${++tokens}","expires_in":7200}` }
  }
}

test('a token is asked for, and the message sent with it', async (t) => {
  const { server, tell } = await toldIntegration(t, 'wechat', { options, answer: service() })
  assert.deepEqual(await tell(), { ok: true })
  const [token, message] = server.requests
  assert.deepEqual([token?.method, token?.path], ['GET', '/cgi-bin/gettoken?corpid=corp&corpsecret=hunter2'])
  assert.deepEqual([message?.method, message?.path], ['POST', '/cgi-bin/message/send?access_token=token1'])
  assert.equal(
    message?.body,
    '{"text":{"content":"M firing"},"touser":"@all","agentid":"7","safe":"0","msgtype":"text","markdown":{"content":""}}\n',
  )
})

test('Markdown goes where Markdown belongs, and the secret may be in a file', async (t) => {
  const { server, tell } = await toldIntegration(t, 'wechat', {
    options: () => '{message_type: markdown, message: M, to_user: u, to_party: p, to_tag: t, agent_id: a}',
    global: (url) => `{wechat_api_url: "${url}/cgi-bin/", wechat_api_secret_file: s, wechat_api_corp_id: c}`,
    files: { s: 'from file' },
    answer: service(),
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.equal(server.requests[0]?.path, '/cgi-bin/gettoken?corpid=c&corpsecret=from+file')
  assert.equal(
    server.requests[1]?.body,
    '{"text":{"content":""},"touser":"u","toparty":"p","totag":"t","agentid":"a","safe":"0","msgtype":"markdown","markdown":{"content":"M"}}\n',
  )
})

test('a token is kept for two hours, and given up when WeChat says it is over', async (t) => {
  const clock = new ManualClock()
  const codes = [0, 0, 0, 42001, 0]
  const answer = service(() => ({ body: `{"errcode":${codes.shift()},"errmsg":"access_token expired"}` }))
  const { server, tell } = await toldIntegration(t, 'wechat', { options, answer, deps: { clock } })
  await tell()
  await clock.advance(7_200_000)
  await tell()
  await clock.advance(1)
  await tell()
  const expired = failed(await tell())
  assert.deepEqual([expired.retryable, expired.reason], [true, 'authError'])
  assert.doesNotMatch(expired.message, /token2/)
  await tell()
  const tokens = server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path.slice(-6))
  assert.deepEqual(tokens, ['token1', 'token1', 'token2', 'token2', 'token3'])
})

test('failures are told apart', async (t) => {
  const sends = (body: string, status = 200): Answer => ({ status, body })
  let now: Answer = {}
  const { tell } = await toldIntegration(t, 'wechat', { options, answer: service(() => now) })
  const rows: [Answer, boolean, string, RegExp][] = [
    [sends('{"errcode":45009,"errmsg":"reach max api daily quota limit"}'), true, 'rateLimited', /45009: reach max/],
    [sends('{"errcode":-1,"errmsg":"system busy"}'), true, 'serverError', /system busy/],
    [sends('{"errcode":40056,"errmsg":"invalid agentid"}'), false, 'clientError', /40056: invalid agentid/],
    [sends('<html>'), true, 'other', /check the url/],
    [sends('', 500), true, 'serverError', /answered 500/],
    [sends('', 404), true, 'clientError', /answered 404/],
  ]
  for (const [answer, retryable, reason, message] of rows) {
    now = answer
    const result = failed(await tell())
    assert.deepEqual([result.retryable, result.reason], [retryable, reason], String(answer.body))
    assert.match(result.message, message)
  }
})

test('without a token nothing is sent', (t) =>
  checkRetries(t, 'wechat', { options }, [
    [{ body: '{"errcode":40001,"errmsg":"invalid hunter2"}' }, false, 'authError', /check corp_id and api_secret/],
    [{ body: '{"errcode":-1,"errmsg":"busy"}' }, true, 'serverError'],
    [{ status: 503 }, true, 'serverError'],
  ]))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('wechat', '{corp_id: c}'), [
    '4:3 no global Wechat Api Secret set either inline or in a file',
  ])
  assert.deepEqual(configErrors('wechat', '{api_secret: s}'), ['4:3 no global Wechat CorpID set'])
  assert.deepEqual(configErrors('wechat', '{api_secret: s, corp_id: c, message_type: html}'), [
    '4:45 weChat message type "html" does not match valid options ^(text|markdown)$',
  ])
})
