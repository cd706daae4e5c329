import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkRetries,
  configErrors,
  FIRING,
  integrationConfig,
  RESOLVED,
  toldIntegration,
} from '../support/told-integration.ts'

const options = (url: string) =>
  `{webhook_url: "${url}/hunter2", title: "T {{ .Status }}", text: "{{ .CommonLabels.team }}"}`

test('an adaptive card is posted', async (t) => {
  const { server, tell } = await toldIntegration(t, 'msteamsv2', { options, answer: () => ({ status: 202 }) })
  assert.deepEqual(await tell(FIRING), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/hunter2'])
  assert.equal(
    first?.body,
    '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,' +
      '"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.2",' +
      '"body":[{"type":"TextBlock","text":"T firing","weight":"Bolder","size":"Medium","wrap":true,"style":"heading",' +
      '"color":"Attention"},{"type":"TextBlock","text":"\\u003cx\\u003e","wrap":true}],"msteams":{"width":"full"}}}]}\n',
  )
  assert.equal(JSON.parse(second?.body ?? '').attachments[0].content.body[0].color, 'Good')
})

test('failures are told apart', (t) => checkRetries(t, 'msteamsv2', { options }))

test('a configuration without a URL is refused', () => {
  assert.deepEqual(configErrors('msteamsv2', '{}'), ['4:3 one of webhook_url or webhook_url_file must be configured'])
})

test('the global proxy holds for HTTP settings of its own too', () => {
  const proxyOf = (http: string) => {
    const options = `{webhook_url: "http://x", http_config: ${http}}`
    const config = integrationConfig('msteamsv2', options, '{http_config: {proxy_url: "http://proxy:1"}}')
    assert.ok(config.kind === 'msteamsv2')
    return config.options.http_config.proxy_url
  }
  assert.equal(proxyOf('{follow_redirects: false}'), 'http://proxy:1')
  assert.equal(proxyOf('{proxy_url: "http://own:1"}'), 'http://own:1')
})
