import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { post, transportOf } from '../support/http-transport.ts'
import { selfSigned } from '../support/self-signed.ts'

const NEVER = new AbortController().signal

test('requests carry the body, our name and the headers of the configuration', async (t) => {
  const server = await captureServer(t, () => ({ status: 201, body: 'thanks' }))
  const send = transportOf('{http_headers: {X-Tenant: {values: [a], secrets: [b], files: [c.txt]}}}', { 'c.txt': 'c' })
  const { status, body } = await send({ ...post(`${server.url}/hook?x=1`), body: '{"ü":1}' }, NEVER)
  assert.deepEqual([status, body], [201, 'thanks'])
  const [request] = server.requests
  assert.equal(request?.path, '/hook?x=1')
  assert.equal(request?.body, '{"ü":1}')
  assert.equal(request?.headers['user-agent'], 'Alertmanager/0.34.0')
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(request?.headers['content-length'], '8')
  assert.equal(request?.headers['x-tenant'], 'a, b, c')
})

test('credentials come from where the configuration says', async (t) => {
  const server = await captureServer(t)
  const files = { 'password.txt': 'from file', 'token.txt': 'token' }
  const cases: [config: string, userinfo: string, expected: string | undefined][] = [
    ['{}', '', undefined],
    ['{basic_auth: {username: u, password: p}}', '', `Basic ${btoa('u:p')}`],
    ['{basic_auth: {username: u, password_file: password.txt}}', '', `Basic ${btoa('u:from file')}`],
    ['{authorization: {credentials: x}}', '', 'Bearer x'],
    ['{authorization: {type: GenieKey, credentials_file: token.txt}}', '', 'GenieKey token'],
    ['{}', 'us%20er:p%40ss@', `Basic ${btoa('us er:p@ss')}`],
  ]
  for (const [config, userinfo] of cases) {
    await transportOf(config, files)(post(server.url.replace('//', `//${userinfo}`)), NEVER)
  }
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    cases.map(([, , expected]) => expected),
  )
})

test('redirects are followed, with our credentials to our host only', async (t) => {
  const other = await captureServer(t)
  const server = await captureServer(t, ({ path }) => {
    if (path === '/moved') return { status: 302, headers: { location: '/here' } }
    if (path === '/kept') return { status: 307, headers: { location: '/here' } }
    if (path === '/away') return { status: 308, headers: { location: `${other.url}/there` } }
    if (path === '/loop') return { status: 307, headers: { location: '/loop' } }
    return {}
  })
  const send = transportOf('{authorization: {credentials: hunter2}}')
  const key = { 'x-key': 'hunter2' }
  for (const path of ['/moved', '/kept', '/away'])
    assert.equal((await send(post(server.url + path, key), NEVER)).status, 200)
  const seen = server.requests.filter(({ path }) => path === '/here')
  assert.deepEqual(
    seen.map(({ method, body }) => [method, body]),
    [
      ['GET', ''],
      ['POST', '{}'],
    ],
  )
  assert.equal(seen[1]?.headers.authorization, 'Bearer hunter2')
  assert.equal(other.requests[0]?.path, '/there')
  assert.equal(other.requests[0]?.headers.authorization, undefined)
  assert.equal(other.requests[0]?.headers['x-key'], undefined)
  assert.equal(seen[1]?.headers['x-key'], 'hunter2')
  assert.equal((await send(post(`${server.url}/loop`), NEVER)).status, 307)
  const stay = transportOf('{follow_redirects: false}')
  assert.equal((await stay(post(`${server.url}/moved`), NEVER)).status, 302)
})

test('connections are kept, and a body without an end does not hold us', async (t) => {
  const server = await captureServer(t, ({ path }) =>
    path === '/big' ? { body: 'x'.repeat(100_000), hang: true } : {},
  )
  const send = transportOf('{}')
  const big = await send(post(`${server.url}/big`), NEVER)
  assert.equal(big.body.length, 64 * 1024)
  for (let round = 0; round < 3; round++) await send(post(server.url), NEVER)
})

test('an abort ends a request that hangs', async (t) => {
  const server = await captureServer(t, () => ({ body: 'x', hang: true }))
  const stop = new AbortController()
  const sent = transportOf('{}')(post(server.url), stop.signal)
  await server.received(1)
  stop.abort()
  await assert.rejects(sent)
})

test('TLS is checked, as the configuration says', async (t) => {
  const directory = temporaryDirectory(t)
  const pair = selfSigned(directory)
  if (pair === undefined) return t.skip('openssl is not installed')
  const tls = { cert: pair.cert, key: pair.key, ca: pair.cert }
  const open = await captureServer(t, () => ({}), tls)
  const closed = await captureServer(t, () => ({}), { ...tls, requestCert: true })
  const files = { 'ca.pem': pair.cert, 'cert.pem': pair.cert, 'key.pem': pair.key }
  const send = (url: string, config: string) => transportOf(config, files)(post(url), NEVER)

  await assert.rejects(send(open.url, '{}'), /self-signed certificate/)
  await assert.rejects(send(open.url, '{tls_config: {ca_file: ca.pem, server_name: other.test}}'), /other\.test/)
  const accepted = [
    '{tls_config: {insecure_skip_verify: true}}',
    '{tls_config: {ca_file: ca.pem}}',
    '{tls_config: {ca_file: ca.pem, server_name: localhost}}',
    '{tls_config: {ca_file: ca.pem, min_version: TLS13}}',
  ]
  for (const config of accepted) assert.equal((await send(open.url, config)).status, 200, config)

  await assert.rejects(send(closed.url, '{tls_config: {ca_file: ca.pem}}'), /certificate required/)
  const withCertificate = '{tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem}}'
  assert.equal((await send(closed.url, withCertificate)).status, 200)
})
