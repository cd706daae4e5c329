import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { checkRetries, configErrors, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const fixedBase = 'https://api.pushover.net'
const keys = 'token: hunter2token, user_key: hunter2user, priority: "1"'
const options = () => `{${keys}}`

test('everything is in the query', async (t) => {
  const { server, tell } = await toldIntegration(t, 'pushover', {
    fixedBase,
    options: () =>
      `{${keys}, title: "T {{ .Status }}", message: "a & b", url: "http://u/?a=b", url_title: U, device: d, sound: s, ttl: 90.5s, monospace: true}`,
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [request] = server.requests
  assert.equal(
    request?.path,
    '/1/messages.json?device=d&expire=3600&message=a+%26+b&monospace=1&priority=1&retry=60&sound=s&title=T+firing' +
      '&token=hunter2token&ttl=90&url=http%3A%2F%2Fu%2F%3Fa%3Db&url_title=U&user=hunter2user',
  )
  assert.deepEqual([request?.method, request?.body], ['POST', ''])
  assert.equal(request?.headers['content-type'], 'text/plain')
  assert.match(server.requests[1]!.path, /title=T\+resolved/)
})

test('texts are cut, and an empty message says so', async (t) => {
  const long = (length: number) => 'ü'.repeat(length)
  const cut = await toldIntegration(t, 'pushover', {
    fixedBase,
    options: () => `{${keys}, title: ${long(251)}, message: ${long(1025)}, url: ${long(513)}}`,
  })
  await cut.tell()
  const query = new URLSearchParams(cut.server.requests[0]!.path.split('?')[1])
  assert.deepEqual(
    ['title', 'message', 'url'].map((name) => query.get(name)),
    [249, 1023, 511].map((length) => `${long(length)}…`),
  )
  const empty = await toldIntegration(t, 'pushover', { fixedBase, options: () => `{${keys}, message: " \\n"}` })
  await empty.tell()
  assert.match(empty.server.requests[0]!.path, /message=%28no\+details%29/)
})

test('HTML is rendered as HTML, and keys may be in files', async (t) => {
  const { server, tell } = await toldIntegration(t, 'pushover', {
    fixedBase,
    options: () => '{token_file: token.txt, user_key_file: user.txt, html: true, message: M, priority: "0"}',
    files: { 'token.txt': 'T1', 'user.txt': 'U1' },
  })
  await tell()
  const query = new URLSearchParams(server.requests[0]!.path.split('?')[1])
  assert.deepEqual(
    ['token', 'user', 'html', 'message', 'monospace'].map((name) => query.get(name)),
    ['T1', 'U1', '1', 'html M', null],
  )
})

test('failures are told apart', (t) => checkRetries(t, 'pushover', { options, fixedBase }))

test('a template that fails and a file that is not there are failures for good', async (t) => {
  const gone = await toldIntegration(t, 'pushover', {
    fixedBase,
    options: () => '{token_file: gone.txt, user_key: hunter2, priority: "0"}',
  })
  const result = failed(await gone.tell())
  assert.deepEqual([result.retryable, result.reason], [false, 'other'])
  assert.equal(result.message, 'pushover_configs[0]: cannot read token_file: ENOENT: gone.txt')
  const text = () => {
    throw new TemplateError('template: :1: unclosed action')
  }
  const broken = await toldIntegration(t, 'pushover', { fixedBase, options, deps: { templates: { text, html: text } } })
  assert.equal(failed(await broken.tell()).message, 'pushover_configs[0]: token: template: :1: unclosed action')
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{token: t}', '4:3 one of user_key or user_key_file must be configured'],
    ['{user_key: u}', '4:3 one of token or token_file must be configured'],
    ['{user_key: u, user_key_file: f, token: t}', '4:17 at most one of user_key & user_key_file must be configured'],
    ['{user_key: u, token: t, token_file: f}', '4:27 at most one of token & token_file must be configured'],
    ['{user_key: u, token: t, html: true, monospace: true}', '4:39 at most one of monospace & html must be configured'],
    ['{user_key: u, token: t, retry: 1d}', '4:34 "1d" is not a Go duration; write for example 10s, 1.5s or 2m30s'],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('pushover', own), [message], own)
})
