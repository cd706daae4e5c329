import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRetries, configErrors, FIRING, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/hunter2", title: "T {{ .Status }}", summary: S, text: "{{ .CommonLabels.team }}"}`

test('a MessageCard in the colour of the status is posted', async (t) => {
  const { server, tell } = await toldIntegration(t, 'msteams', { options, answer: () => ({ body: '1' }) })
  assert.deepEqual(await tell(FIRING), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/hunter2'])
  assert.equal(first?.headers['content-type'], 'application/json')
  assert.equal(
    first?.body,
    '{"@context":"http://schema.org/extensions","type":"MessageCard","title":"T firing","summary":"S",' +
      '"text":"\\u003cx\\u003e","themeColor":"8C1A1A"}\n',
  )
  assert.match(second?.body ?? '', /"themeColor":"2DC72D"/)
})

test('failures are told apart', (t) => checkRetries(t, 'msteams', { options }))

test('the URL may be in a file', async (t) => {
  const url = { current: '' }
  const { server, tell } = await toldIntegration(t, 'msteams', {
    options: () => '{webhook_url_file: url.txt}',
    deps: { readFile: async () => url.current },
  })
  url.current = `${server.url}/from/file`
  await tell()
  assert.equal(server.requests[0]?.path, '/from/file')
  assert.equal(
    server.requests[0]?.body.includes('"title":"\\u003cmsteams.default.title\\u003e"'),
    true,
    server.requests[0]?.body,
  )
})

test('a configuration without a URL is refused', () => {
  assert.deepEqual(configErrors('msteams', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
})
