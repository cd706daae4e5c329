import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { emailIntegration } from '../support/email-integration.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { selfSigned } from '../support/self-signed.ts'
import { type SmtpOptions, type SmtpServer, smtpServer } from '../support/smtp-server.ts'

const NEVER = new AbortController().signal

const email = (port: number, more: string, files: Readonly<Record<string, string>> = {}) => {
  return emailIntegration(port, more, { files })
}

const PLAIN = ', require_tls: false'
const notification = notificationOf([flushed({ alertname: 'Disk', host: 'ä' })], { alertname: 'Disk' })

/** The server's certificate; skips the test where there is none to be had. */
function certificate(t: TestContext) {
  const pair = selfSigned(temporaryDirectory(t))
  if (pair === undefined) t.skip('openssl is not installed')
  return pair
}

test('a mail has its bodies, the headers, and every recipient in its envelope', async (t) => {
  const server = await smtpServer(t)
  const headers = `, text: 'Plain: {{ .Status }}', headers: {reply-to: c@mail.test, X-Team: 'tëam {{ .GroupLabels.alertname }}'}`
  assert.deepEqual(await email(server.port, PLAIN + headers).notify(notification, NEVER), { ok: true })
  const [mail] = server.mails
  assert.equal(mail?.from, 'MAIL FROM:<router@mail.test>')
  assert.deepEqual(mail.to, ['a@mail.test', 'b@mail.test'])
  assert.match(mail.data, /^Subject: \[FIRING:1\] Disk \(=\?UTF-8\?|^Subject: =\?UTF-8\?/im)
  assert.match(mail.data, /^From: Router <router@mail\.test>$/m)
  assert.match(mail.data, /^To: Ann <a@mail\.test>, b@mail\.test$/m)
  assert.match(mail.data, /^Reply-To: c@mail\.test$/m)
  assert.match(mail.data, /^X-Team: =\?UTF-8\?/im)
  assert.match(mail.data, /^Message-ID: <\d+\.\d+@router\.test>$/im)
  assert.match(mail.data, /^Date: Sat, 21 Nov 2026 00:00:00 \+0000$/m)
  assert.match(mail.data, /^Content-Type: multipart\/alternative;/m)
  assert.match(mail.data, /text\/plain.*Plain: firing.*text\/html.*View in Alertmanager/s)
  assert.equal(server.commands[0], 'EHLO localhost')
})

test('bodies of the configuration replace the default one, and an empty one is left out', async (t) => {
  const server = await smtpServer(t)
  await email(server.port, `${PLAIN}, html: '', text: 'Look at the router.'`).notify(notification, NEVER)
  assert.match(server.mails[0]!.data, /^Content-Type: text\/plain/m)
  assert.doesNotMatch(server.mails[0]!.data, /text\/html/)
  assert.match(server.mails[0]!.data, /\n\nLook at the router\.\n/)
})

test('labels cannot add headers or recipients', async (t) => {
  const server = await smtpServer(t)
  const hostile = { alertname: 'x\r\nBcc: evil@mail.test\r\n\r\nbody' }
  await email(server.port, PLAIN).notify(notificationOf([flushed(hostile)], hostile), NEVER)
  assert.deepEqual(server.mails[0]?.to, ['a@mail.test', 'b@mail.test'])
  assert.doesNotMatch(server.mails[0]!.data.split('\n\n', 1)[0]!, /^Bcc:/im)
})

test('a recipient that is refused does not cost the others their mail', async (t) => {
  const server = await smtpServer(t, { refusedRecipients: ['b@mail.test'] })
  const result = await email(server.port, PLAIN).notify(notification, NEVER)
  assert.deepEqual(result, { ok: true, warning: 'email_configs[0]: refused b@mail.test' })
  assert.deepEqual(server.mails[0]?.to, ['a@mail.test'])

  const none = await smtpServer(t, { refusedRecipients: ['a@mail.test', 'b@mail.test'] })
  const failed = await email(none.port, PLAIN).notify(notification, NEVER)
  assert.ok(!failed.ok && failed.retryable)
  assert.match(failed.message, /check from and to$/)
})

test('with require_tls nothing goes out in clear', async (t) => {
  const server = await smtpServer(t, { credentials: 'u\0hunter2' })
  const result = await email(server.port, ', auth_username: u, auth_password: hunter2').notify(notification, NEVER)
  assert.ok(!result.ok && result.retryable)
  assert.match(result.message, /require_tls: false if the server offers no STARTTLS/)
  assert.deepEqual(
    server.commands.filter((line) => /^(AUTH|MAIL)/.test(line)),
    [],
  )
})

async function withTls(
  t: TestContext,
  options: SmtpOptions,
): Promise<[SmtpServer, Record<string, string>] | undefined> {
  const pair = certificate(t)
  if (pair === undefined) return undefined
  return [await smtpServer(t, { ...options, tls: pair }), { 'ca.pem': pair.cert, 'password.txt': 'hunter2' }]
}

const CREDENTIALS = ', auth_username: u, auth_password_file: password.txt'

test('STARTTLS comes before the password, and the certificate is checked', async (t) => {
  const [server, files] = (await withTls(t, { credentials: 'u\0hunter2' })) ?? []
  if (server === undefined) return
  const trusting = email(server.port, `${CREDENTIALS}, tls_config: {ca_file: ca.pem}`, files)
  assert.deepEqual(await trusting.notify(notification, NEVER), { ok: true })
  assert.deepEqual([server.mails[0]?.encrypted, server.mails[0]?.user], [true, 'u'])

  const strict = await email(server.port, CREDENTIALS, files).notify(notification, NEVER)
  assert.ok(!strict.ok)
  assert.match(strict.message, /self-signed certificate/)
  assert.equal(server.mails.length, 1)
})

test('TLS from the first byte, where it is forced', async (t) => {
  const [server, files] = (await withTls(t, { implicit: true })) ?? []
  if (server === undefined) return
  const forced = email(server.port, ', force_implicit_tls: true, tls_config: {ca_file: ca.pem}', files)
  assert.deepEqual(await forced.notify(notification, NEVER), { ok: true })
  assert.equal(server.mails[0]?.encrypted, true)
})

test('a wrong password is said without showing it', async (t) => {
  const server = await smtpServer(t, { credentials: 'u\0right' })
  const result = await email(server.port, `${PLAIN}, auth_username: u, auth_password: hunter2`).notify(
    notification,
    NEVER,
  )
  assert.ok(!result.ok && result.reason === 'authError')
  assert.match(result.message, /535 no such user; check auth_username and auth_password$/)
  assert.doesNotMatch(result.message, new RegExp(`hunter2|${Buffer.from('\0u\0hunter2').toString('base64')}`))
})

test('a server that says nothing is left when the time is up', async (t) => {
  const server = await smtpServer(t, { silent: true })
  const stop = new AbortController()
  const sent = email(server.port, PLAIN).notify(notification, stop.signal)
  setImmediate(() => stop.abort('contextDeadlineExceeded'))
  const result = await sent
  assert.ok(!result.ok && result.retryable && result.reason === 'contextDeadlineExceeded')
  const before = await email(server.port, PLAIN).notify(notification, AbortSignal.abort('contextCanceled'))
  assert.ok(!before.ok && before.reason === 'contextCanceled')
})

test('nobody listening is said with what to check', async () => {
  const result = await email(1, PLAIN).notify(notification, NEVER)
  assert.ok(!result.ok && result.retryable)
  assert.match(result.message, /ECONNREFUSED.*check smarthost/)
})

test('annotations are in the text as they came', async (t) => {
  const server = await smtpServer(t)
  const annotations = LabelSet.from({ summary: '.\n.hidden' })
  const text = `, html: '', text: 'summary = {{ .CommonAnnotations.summary }}'`
  await email(server.port, PLAIN + text).notify(notificationOf([flushed({ a: 'b' }, { annotations })]), NEVER)
  assert.equal(server.mails.length, 1)
  assert.match(server.mails[0]!.data, /summary =3D \.\n\.\.hidden/)
})
