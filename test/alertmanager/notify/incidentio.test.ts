import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { checkRetries, configErrors, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const options = (url: string) => `{url: "${url}/v2/alert_events/alertmanager/hunter2", alert_source_token: hunter2}`

test('the message is that of webhooks, with a version of its own', async (t) => {
  const { server, tell } = await toldIntegration(t, 'incidentio', { options, answer: () => ({ status: 202 }) })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/v2/alert_events/alertmanager/hunter2'])
  assert.equal(first?.headers.authorization, 'Bearer hunter2')
  assert.equal(first?.headers['content-type'], 'application/json')
  assert.equal(
    first?.body,
    '{"receiver":"team\\\\.X","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A","team":"\\u003cx\\u003e"},' +
      '"annotations":{},"startsAt":"2026-11-21T10:00:00.5Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"",' +
      '"fingerprint":"97fc7f77000153bc"}],"notification_reason":"first notification","groupLabels":{"alertname":"A"},' +
      '"commonLabels":{"alertname":"A","team":"\\u003cx\\u003e"},"commonAnnotations":{},"routeLabels":{},' +
      '"externalURL":"http://router.test","version":"1","groupKey":"{}:{alertname=\\"A\\"}","truncatedAlerts":0}\n',
  )
  assert.equal(JSON.parse(second?.body ?? '').status, 'resolved')
})

test('of too many alerts some are cut, of too large a message the first alert is left', async (t) => {
  const annotations = LabelSet.from({ text: 'x'.repeat(140_000) })
  const alerts = [1, 2, 3].map((n) => flushed({ alertname: 'A', n: String(n) }, { annotations }))
  const few = await toldIntegration(t, 'incidentio', {
    options: (url) => `{url: "${url}", alert_source_token: t, max_alerts: 2}`,
  })
  await few.tell(notificationOf(alerts))
  const two = JSON.parse(few.server.requests[0]!.body)
  assert.deepEqual([two.alerts.length, two.truncatedAlerts], [2, 1])
  const all = await toldIntegration(t, 'incidentio', { options })
  await all.tell(notificationOf(alerts))
  const one = JSON.parse(all.server.requests[0]!.body)
  assert.deepEqual([one.alerts.length, one.truncatedAlerts, one.commonLabels], [1, 2, { alertname: 'A' }])
})

test('failures are told apart', (t) => checkRetries(t, 'incidentio', { options }))

test('URL and token may be in files', async (t) => {
  const files: Record<string, string> = { 'token.txt': 'from-file', 'url.txt': 'none' }
  const { server, tell } = await toldIntegration(t, 'incidentio', {
    options: () => '{url_file: url.txt, alert_source_token_file: token.txt}',
    files,
  })
  assert.match(failed(await tell()).message, /url_file does not hold an http:/)
  files['url.txt'] = `${server.url}/x`
  await tell()
  assert.deepEqual([server.requests[0]?.path, server.requests[0]?.headers.authorization], ['/x', 'Bearer from-file'])
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{alert_source_token: t}', '4:3 one of url or url_file must be configured'],
    ['{url: "http://x", url_file: f, alert_source_token: t}', '4:21 at most one of url & url_file must be configured'],
    [
      '{url: "http://x", alert_source_token: t, alert_source_token_file: f}',
      '4:44 at most one of alert_source_token & alert_source_token_file must be configured',
    ],
    [
      '{url: "http://x"}',
      '4:3 at least one of alert_source_token, alert_source_token_file or http_config.authorization must be configured',
    ],
    [
      '{url: "http://x", alert_source_token: t, http_config: {authorization: {credentials: c}}}',
      '4:58 cannot specify alert_source_token or alert_source_token_file when using http_config.authorization',
    ],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('incidentio', own), [message], own)
})
