import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/hooks/hunter2", text: "M {{ .CommonLabels.team }}", username: U}`

test('a post is sent to the webhook', async (t) => {
  const { server, tell } = await toldIntegration(t, 'mattermost', { options, answer: () => ({ body: 'ok' }) })
  assert.deepEqual(await tell(), { ok: true })
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/hooks/hunter2'])
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(request?.body, '{"text":"M \\u003cx\\u003e","username":"U"}\n')
})

test('everything that can be said is said', async (t) => {
  const { server, tell } = await toldIntegration(t, 'mattermost', {
    options: () =>
      '{text: M, username: "", channel: c, icon_url: i, icon_emoji: e, type: custom_x, props: {card: "{{ .Status }}"},' +
      ' priority: {priority: URGENT, requested_ack: true, persistent_notifications: true}, title: unused,' +
      ' attachments: [{fallback: f, color: red, pretext: p, text: t, author_name: a, author_link: l, author_icon: n, title: ti,' +
      ' title_link: tl, fields: [{title: T, value: V, short: false}], thumb_url: th, footer: fo, footer_icon: fi, image_url: im}]}',
    global: (url) => `{mattermost_webhook_url: "${url}/global"}`,
  })
  await tell()
  assert.equal(server.requests[0]?.path, '/global')
  assert.equal(
    server.requests[0]?.body,
    '{"text":"M","channel":"c","icon_url":"i","icon_emoji":"e","attachments":[{"fallback":"f","color":"red","pretext":"p",' +
      '"text":"t","author_name":"a","author_link":"l","author_icon":"n","title":"ti","title_link":"tl",' +
      '"fields":[{"title":"T","value":"V","short":false}],"thumb_url":"th","footer":"fo","footer_icon":"fi","image_url":"im"}],' +
      '"type":"custom_x","props":{"card":"firing"},' +
      '"priority":{"priority":"urgent","requested_ack":true,"persistent_notifications":true}}\n',
  )
})

test('what Mattermost would refuse is left out or cut', async (t) => {
  const rows: [string, object][] = [
    [
      '{priority: important, requested_ack: true, persistent_notifications: true}',
      { priority: 'important', requested_ack: true },
    ],
    ['{priority: soon, requested_ack: true, persistent_notifications: true}', { priority: 'standard' }],
  ]
  for (const [priority, expected] of rows) {
    const { server, tell } = await toldIntegration(t, 'mattermost', {
      options: (url) => `{webhook_url: "${url}", text: ${'x'.repeat(16_384)}, priority: ${priority}}`,
    })
    await tell()
    const body = JSON.parse(server.requests[0]!.body)
    assert.deepEqual(body.priority, expected)
    assert.equal(body.text, `${'x'.repeat(16_382)}…`)
  }
})

test('failures are told apart', (t) => checkRetries(t, 'mattermost', { options }))

test('a configuration that cannot work is refused', () => {
  assert.deepEqual(configErrors('mattermost', '{}'), [
    '4:3 missing webhook_url or webhook_url_file on mattermost_config',
  ])
  assert.deepEqual(configErrors('mattermost', '{webhook_url: "http://x", fields: [{title: a}]}'), [
    '4:38 missing value in Mattermost field configuration',
  ])
  assert.deepEqual(configErrors('mattermost', '{webhook_url: "http://x", attachments: [{fields: [{value: a}]}]}'), [
    '4:53 missing title in Mattermost field configuration',
  ])
})
