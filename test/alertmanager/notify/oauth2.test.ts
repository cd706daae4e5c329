import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { notifyByHttp } from '../../../alertmanager/notify/http/request.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { type Answer, type CapturedRequest, captureServer } from '../support/capture-server.ts'
import { post, transportOf } from '../support/http-transport.ts'

const NEVER = new AbortController().signal
const token = (access_token: string, more: object = {}): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ access_token, token_type: 'bearer', expires_in: 3600, ...more }),
})

test('a token is got with the credentials, and kept until its end is near', async (t) => {
  let count = 0
  const issuer = await captureServer(t, () => token(`t${++count}`))
  const server = await captureServer(t)
  const clock = new ManualClock()
  const config = `{oauth2: {client_id: "i d", client_secret: "s&", token_url: "${issuer.url}/token", scopes: [a, b], endpoint_params: {resource: r}}}`
  const send = transportOf(config, {}, { clock })
  await send(post(server.url), NEVER)
  await clock.advance(3_589_000)
  await send(post(server.url), NEVER)
  await clock.advance(2_000)
  await send(post(server.url), NEVER)
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer t1', 'Bearer t1', 'Bearer t2'],
  )
  const [request] = issuer.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/token'])
  assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(request?.headers.authorization, `Basic ${btoa('i+d:s%26')}`)
  assert.equal(request?.body, 'grant_type=client_credentials&resource=r&scope=a+b')
})

test('a server that does not take a header gets parameters, from then on at once', async (t) => {
  const takesParameters = ({ headers }: CapturedRequest): Answer =>
    headers.authorization === undefined ? token('t', { expires_in: 1 }) : { status: 401 }
  const issuer = await captureServer(t, takesParameters)
  const server = await captureServer(t)
  const send = transportOf(`{oauth2: {client_id: i, client_secret: s, token_url: "${issuer.url}"}}`)
  for (let round = 0; round < 2; round++) await send(post(server.url), NEVER)
  assert.deepEqual(
    issuer.requests.map(({ body, headers }) => [headers.authorization !== undefined, body]),
    [
      [true, 'grant_type=client_credentials'],
      [false, 'client_id=i&client_secret=s&grant_type=client_credentials'],
      [false, 'client_id=i&client_secret=s&grant_type=client_credentials'],
    ],
  )
})

test('another secret in the file, or a token that is not taken, wants another token', async (t) => {
  let status = 200
  const issuer = await captureServer(t, () => token('t'))
  const server = await captureServer(t, () => ({ status }))
  const files = { 'secret.txt': 'one' }
  const send = transportOf(
    `{oauth2: {client_id: i, client_secret_file: secret.txt, token_url: "${issuer.url}"}}`,
    files,
  )
  await send(post(server.url), NEVER)
  files['secret.txt'] = 'two'
  status = 401
  await send(post(server.url), NEVER)
  await send(post(server.url), NEVER)
  assert.deepEqual(
    issuer.requests.map(({ headers }) => headers.authorization),
    ['one', 'two', 'two'].map((secret) => `Basic ${btoa(`i:${secret}`)}`),
  )
})

test('an assertion is signed by a key', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issuer = await captureServer(t, () => token('t'))
  const server = await captureServer(t)
  const keys = `grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", client_certificate_key_file: key.pem, client_certificate_key_id: k1`
  const config = `{oauth2: {client_id: i, token_url: "${issuer.url}", ${keys}, signature_algorithm: RS384, audience: aud, claims: {tenant: x}, scopes: [a]}}`
  const files = { 'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
  await transportOf(config, files, { clock: new ManualClock() })(post(server.url), NEVER)
  const form = new URLSearchParams(issuer.requests[0]?.body)
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  assert.deepEqual(read(head), { alg: 'RS384', typ: 'JWT', kid: 'k1' })
  const { jti, ...others } = read(claims)
  const now = Date.UTC(2026, 10, 21) / 1_000
  assert.match(jti, /^[0-9a-f-]{36}$/)
  assert.deepEqual(others, { iss: 'i', sub: 'i', aud: 'aud', iat: now, exp: now + 3_600, scope: 'a', tenant: 'x' })
  assert.ok(verify('sha384', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')))
  const wrong = transportOf(config, { 'key.pem': 'hunter2' })
  await assert.rejects(wrong(post(server.url), NEVER), /cannot sign.*must be a private RSA key as PEM/)
})

test('a server that gives no token is said, without the secret', async (t) => {
  const rows: [answer: Answer, retryable: boolean, reason: string, message: RegExp][] = [
    [
      { status: 400, body: '{"error":"invalid_client","error_description":"no hunter2"}' },
      false,
      'authError',
      /^w: oauth2: token_url answered 400 without a token: "invalid_client: no <redacted>"; check client_id/,
    ],
    [{ status: 200, body: '<html>' }, false, 'authError', /answered 200 without a token; check/],
    [{ status: 503 }, true, 'serverError', /answered 503 without a token$/],
    [{ status: 429 }, true, 'rateLimited', /answered 429/],
  ]
  let now: Answer = {}
  const issuer = await captureServer(t, () => now)
  const transport = transportOf(`{oauth2: {client_id: i, client_secret: hunter2, token_url: "${issuer.url}"}}`)
  const options = { where: 'w', timeoutMs: 0, signal: NEVER, clock: new ManualClock() }
  for (const [answer, retryable, reason, message] of rows) {
    now = answer
    const result = await notifyByHttp(transport, post('http://never.test'), options)
    assert.ok(!result.ok)
    assert.deepEqual([result.retryable, result.reason], [retryable, reason])
    assert.match(result.message, message)
  }
})
