import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { authenticateWith } from '../../../alertmanager/notify/email/smtp-auth.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { emailIntegration } from '../support/email-integration.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { type SelfSigned, selfSigned } from '../support/self-signed.ts'

const NEVER = new AbortController().signal
const notification = notificationOf([flushed({ alertname: 'Disk' })], { alertname: 'Disk' })

interface Seen {
  readonly port: number
  readonly logins: readonly string[]
  readonly mails: readonly string[]
}

/** A server of the smtp-server package that offers these mechanisms, in this order, and wants one of them. */
async function startServer(t: TestContext, authMethods: string[], tls?: SelfSigned): Promise<Seen> {
  const logins: string[] = []
  const mails: string[] = []
  const server = new SMTPServer({
    authMethods,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    ...(tls === undefined ? { hideSTARTTLS: true } : { cert: tls.cert, key: tls.key }),
    onAuth({ method, username, password, accessToken, validatePassword }, _session, done) {
      const isRight =
        String(method) === 'CRAM-MD5' ? validatePassword('hunter2') : (password ?? accessToken) === 'hunter2'
      logins.push(`${method} ${username} ${isRight}`)
      if (isRight) done(null, { user: username })
      else if (method === 'XOAUTH2') done(null, { data: { status: '401', schemes: 'bearer' } })
      else done(new Error('no such user'))
    },
    onData(stream, _session, done) {
      let mail = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        mail += chunk
      })
      stream.on('end', () => {
        mails.push(mail)
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, logins, mails }
}

const CLEAR = ', require_tls: false, auth_username: u'

test('the first mechanism of the server for which there are credentials is taken', async (t) => {
  const all = await startServer(t, ['CRAM-MD5', 'LOGIN', 'PLAIN', 'XOAUTH2'])
  for (const options of [
    'auth_password: hunter2',
    'auth_secret: hunter2',
    'auth_secret: hunter2, auth_password: hunter2',
  ]) {
    assert.deepEqual(await emailIntegration(all.port, `${CLEAR}, ${options}`).notify(notification, NEVER), { ok: true })
  }
  assert.deepEqual(all.logins, ['LOGIN u true', 'CRAM-MD5 u true', 'CRAM-MD5 u true'])

  const other = await startServer(t, ['PLAIN', 'LOGIN', 'CRAM-MD5'])
  const files = { password: 'hunter2', secret: 'hunter2' }
  const fromFiles = `${CLEAR}, auth_secret_file: secret, auth_password_file: password`
  assert.deepEqual(await emailIntegration(other.port, fromFiles, { files }).notify(notification, NEVER), { ok: true })
  assert.deepEqual(other.logins, ['PLAIN u true'])
  assert.equal(other.mails.length, 1)
})

test('what is missing for each mechanism is said', async (t) => {
  const server = await startServer(t, ['CRAM-MD5', 'PLAIN'])
  const result = await emailIntegration(server.port, CLEAR).notify(notification, NEVER)
  assert.ok(!result.ok && result.reason === 'authError' && result.retryable)
  assert.match(
    result.message,
    /missing secret for CRAM-MD5 auth mechanism; missing password for PLAIN auth mechanism; check auth_username/,
  )
  const strange = await startServer(t, ['XOAUTH2'])
  const refused = await emailIntegration(strange.port, `${CLEAR}, auth_password: hunter2`).notify(notification, NEVER)
  assert.ok(!refused.ok)
  assert.match(refused.message, /missing access token for XOAUTH2 auth mechanism/)
})

test('who has no user name does not authenticate', async (t) => {
  const server = await startServer(t, ['PLAIN'])
  const result = await emailIntegration(server.port, ', require_tls: false, auth_password: x').notify(
    notification,
    NEVER,
  )
  assert.ok(!result.ok)
  assert.deepEqual(server.logins, [])
})

test('a wrong secret or password is said, not shown', async (t) => {
  for (const [method, key] of [
    ['CRAM-MD5', 'auth_secret'],
    ['LOGIN', 'auth_password'],
  ] as const) {
    const server = await startServer(t, [method])
    const result = await emailIntegration(server.port, `${CLEAR}, ${key}: wrong-one`).notify(notification, NEVER)
    assert.ok(!result.ok && result.reason === 'authError')
    assert.match(result.message, /no such user; check auth_username and auth_password$/)
    assert.doesNotMatch(result.message, new RegExp(`wrong-one|${Buffer.from('wrong-one').toString('base64')}`))
  }
})

test('a file with a secret that cannot be read is a failure for good', async (t) => {
  const server = await startServer(t, ['PLAIN'])
  const result = await emailIntegration(server.port, `${CLEAR}, auth_password_file: gone`).notify(notification, NEVER)
  assert.ok(!result.ok)
  assert.match(result.message, /cannot read auth_password_file: no gone/)
})

test('XOAUTH2 takes its token from a file', async (t) => {
  const server = await startServer(t, ['PLAIN', 'XOAUTH2'])
  const options = `${CLEAR}, auth_xoauth2: {access_token_file: token}`
  const right = await emailIntegration(server.port, options, { files: { token: 'hunter2' } }).notify(
    notification,
    NEVER,
  )
  assert.deepEqual(right, { ok: true })
  const wrong = await emailIntegration(server.port, options, { files: { token: 'old' } }).notify(notification, NEVER)
  assert.ok(!wrong.ok && wrong.reason === 'authError')
  assert.match(wrong.message, /"status":"401"/)
  assert.deepEqual(server.logins, ['XOAUTH2 u true', 'XOAUTH2 u false'])
})

test('XOAUTH2 asks for a token and keeps it for as long as it lives', async (t) => {
  const server = await startServer(t, ['XOAUTH2'])
  const clock = new ManualClock()
  const asked: string[] = []
  const http = ({ url, body }: { readonly url: string; readonly body: string }) => {
    asked.push(`${url} ${body}`)
    return Promise.resolve({ status: 200, headers: {}, body: '{"access_token": "hunter2", "expires_in": 3600}' })
  }
  const xoauth2 =
    'token_url: http://login.test/t, client_id: i, client_secret: s, refresh_token_file: r, scopes: [a, b]'
  const files = { r: 'refresh' }
  const email = emailIntegration(server.port, `${CLEAR}, auth_xoauth2: {${xoauth2}}`, { http, clock, files })
  assert.deepEqual(await email.notify(notification, NEVER), { ok: true })
  assert.deepEqual(await email.notify(notification, NEVER), { ok: true })
  const request =
    'http://login.test/t grant_type=refresh_token&client_id=i&refresh_token=refresh&client_secret=s&scope=a+b'
  assert.deepEqual(asked, [request])
  await clock.advance(59 * 60_000)
  assert.deepEqual(await email.notify(notification, NEVER), { ok: true })
  assert.equal(asked.length, 2)

  const refusing = () =>
    Promise.resolve({ status: 400, headers: {}, body: '{"error": "invalid_client", "error_description": "s"}' })
  const other = emailIntegration(server.port, `${CLEAR}, auth_xoauth2: {${xoauth2}}`, { http: refusing, files })
  const refused = await other.notify(notification, NEVER)
  assert.ok(!refused.ok && refused.retryable)
  assert.match(refused.message, /token_url answered 400: invalid_client; check/)
})

test('neither password nor token goes out in clear to another machine', async (t) => {
  const pair = selfSigned(temporaryDirectory(t))
  if (pair === undefined) return t.skip('openssl is not installed')
  const server = await startServer(t, ['PLAIN'], pair)
  const options = ', auth_username: u, auth_identity: i, auth_password: hunter2, tls_config: {ca_file: ca}'
  const result = await emailIntegration(server.port, options, { files: { ca: pair.cert } }).notify(notification, NEVER)
  assert.deepEqual(result, { ok: true })
  const send = () => Promise.reject(new Error('something was sent'))
  for (const [mechanism, key] of [
    ['PLAIN', 'password'],
    ['XOAUTH2', 'accessToken'],
  ] as const) {
    const credentials = { user: 'u', identity: '', isPrivate: false, [key]: () => Promise.resolve('hunter2') }
    await assert.rejects(authenticateWith(credentials)([mechanism], send), /refusing to send the .* without TLS/)
  }
})
