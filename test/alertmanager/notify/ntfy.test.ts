import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, failed, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{url: "${url}", topic: alerts, token: hunter2, title: "T {{ .Status }}", message: M, priority: "4", tags: "a, b", click: "http://c"}`

test('a message is published to the topic', async (t) => {
  const { server, tell } = await toldIntegration(t, 'ntfy', { options })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/'])
  assert.equal(request?.headers.authorization, 'Bearer hunter2')
  assert.equal(
    request?.body,
    '{"topic":"alerts","title":"T firing","message":"M","priority":4,"tags":["a","b"],"click":"http://c"}\n',
  )
})

test('what is empty is left out, what is too long is cut, and the token may be in a file', async (t) => {
  const { server, tell } = await toldIntegration(t, 'ntfy', {
    options: (url) =>
      `{url: "${url}/base", topic: a, token_file: t, title: ${'x'.repeat(251)}, message: "${'ü'.repeat(3000)}", priority: urgent, tags: "", click: "", icon: "http://i", markdown: true}`,
    files: { t: 'token' },
  })
  await tell()
  assert.equal(server.requests[0]?.path, '/base/')
  assert.equal(server.requests[0]?.headers.authorization, 'Bearer token')
  assert.deepEqual(JSON.parse(server.requests[0]!.body), {
    ...{ topic: 'a', title: `${'x'.repeat(249)}…`, message: `${'ü'.repeat(2046)}…` },
    ...{ priority: 5, icon: 'http://i', markdown: true },
  })
})

test('without a token http_config says who we are', async (t) => {
  const { server, tell } = await toldIntegration(t, 'ntfy', {
    options: (url) =>
      `{url: "${url}", topic: a, title: T, message: M, priority: "", tags: "", click: "", http_config: {basic_auth: {username: u, password: p}}}`,
  })
  await tell()
  assert.equal(server.requests[0]?.headers.authorization, `Basic ${btoa('u:p')}`)
  assert.equal(server.requests[0]?.body, '{"topic":"a","title":"T","message":"M"}\n')
})

test('a topic or a priority that ntfy would not take is said', async (t) => {
  for (const [given, message] of [
    ['topic: "a b", priority: ""', /topic: "a b" must be up to 64 letters/],
    ['topic: a, priority: soon', /priority: "soon" is none of 1, 2, 3/],
  ] as const) {
    const { tell } = await toldIntegration(t, 'ntfy', {
      options: (url) => `{url: "${url}", tags: "", ${given}}`,
    })
    const result = failed(await tell())
    assert.equal(result.retryable, false)
    assert.match(result.message, message)
  }
})

test('failures are told apart', (t) =>
  checkRetries(t, 'ntfy', { options }, [
    [
      { status: 403, body: '{"code":40301,"http":403,"error":"forbidden"}' },
      false,
      'authError',
      /forbidden.*check token/,
    ],
    [{ status: 400 }, false, 'clientError'],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 507 }, true, 'serverError'],
  ]))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('ntfy', '{}'), ['4:3 missing topic in ntfy_config'])
  assert.deepEqual(configErrors('ntfy', '{topic: a, token: b, token_file: c}'), [
    '4:24 at most one of token & token_file must be configured',
  ])
  assert.deepEqual(configErrors('ntfy', '{topic: a, token: b, http_config: {basic_auth: {username: u}}}'), [
    '4:14 at most one of token, http_config.basic_auth & authorization must be configured',
  ])
})
