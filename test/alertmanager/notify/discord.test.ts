import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, FIRING, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/api/webhooks/1/hunter2", title: "T {{ .Status }}", message: "M {{ .CommonLabels.team }}", content: C}`

test('an embed in the colour of the status is posted', async (t) => {
  const { server, tell } = await toldIntegration(t, 'discord', { options, answer: () => ({ status: 204 }) })
  assert.deepEqual(await tell(FIRING), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/api/webhooks/1/hunter2'])
  assert.equal(first?.headers['content-type'], 'application/json')
  assert.equal(
    first?.body,
    '{"content":"C","embeds":[{"title":"T firing","description":"M \\u003cx\\u003e","color":10038562}]}\n',
  )
  assert.equal(JSON.parse(second?.body ?? '').embeds[0].color, 0x2ecc71)
})

test('what Discord would refuse as too long is cut, and name and picture are taken as they are', async (t) => {
  const long = (length: number) => `"${'ü'.repeat(length)}"`
  const { server, tell } = await toldIntegration(t, 'discord', {
    options: (url) =>
      `{webhook_url: "${url}", title: ${long(257)}, message: ${long(4097)}, content: ${long(2001)}, username: "{{ x", avatar_url: "http://a/b.png"}`,
  })
  await tell()
  const body = JSON.parse(server.requests[0]!.body)
  assert.equal(body.embeds[0].title, `${'ü'.repeat(255)}…`)
  assert.equal(body.embeds[0].description.length, 4096)
  assert.equal(body.content.length, 2000)
  assert.deepEqual([body.username, body.avatar_url], ['{{ x', 'http://a/b.png'])
})

test('failures are told apart', (t) => checkRetries(t, 'discord', { options }))

test('the URL may be in a file, and a template that fails is a failure for good', async (t) => {
  const url = { current: '' }
  const { server, tell } = await toldIntegration(t, 'discord', {
    options: () => '{webhook_url_file: url.txt, title: "{{ .Nope }}"}',
    deps: { readFile: async () => url.current },
  })
  url.current = server.url
  const result = failed(await tell())
  assert.deepEqual([result.retryable, result.reason], [false, 'other'])
  assert.equal(result.message, 'discord_configs[0]: title: template: :1:3: executing "" at <.Nope>: nope')
})

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('discord', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
  assert.deepEqual(configErrors('discord', '{webhook_url: "http://x", webhook_url_file: y}'), [
    '4:29 at most one of webhook_url & webhook_url_file must be configured',
  ])
  assert.deepEqual(configErrors('discord', '{webhook_url: "x"}'), [
    '4:17 webhook_url must be an http:// or https:// URL with a host',
  ])
  assert.deepEqual(configErrors('discord', '{webhook_url: <secret>}'), [])
})
