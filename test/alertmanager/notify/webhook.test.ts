import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import type { WebhookConfig } from '../../../alertmanager/config/receivers/webhook.ts'
import { encodeJson } from '../../../alertmanager/json.ts'
import type { HttpRequest, HttpTransport } from '../../../alertmanager/notify/http/request.ts'
import { createWebhook } from '../../../alertmanager/notify/integrations/webhook.ts'
import type { Notification } from '../../../alertmanager/notify/receiver.ts'
import { webhookMessage } from '../../../alertmanager/notify/webhook-message.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { integrationDeps } from '../support/integration-deps.ts'
import { configErrors, failed, toldIntegration } from '../support/told-integration.ts'

const NEVER = new AbortController().signal
const notification = notificationOf([flushed({ alertname: 'A' })])

function webhookBody(notification: Notification, maxAlerts: number, externalUrl: string): string {
  return encodeJson(webhookMessage(notification, { maxAlerts, externalUrl, version: '4' }), { escapeHtml: true })
}

function configOf(options: string): WebhookConfig {
  const yaml = `{route: {receiver: a}, receivers: [{name: a, webhook_configs: [${options}]}]}`
  const result = readAlertmanagerConfig(yaml, 'test.yml')
  assert.ok(result.ok)
  const integration = result.config.receivers[0]?.integrations[0]
  assert.ok(integration?.kind === 'webhook')
  return integration.options
}

function webhook(options: string, transport: HttpTransport, clock = new ManualClock()) {
  const files = { 'url.txt': 'http://from.file/' }
  return createWebhook(configOf(options), integrationDeps('webhook_configs[3]', { clock, transport, files }))
}

test('the body is version 4 of the format, key by key', () => {
  const alerts = [
    flushed(
      { alertname: 'A', n: '1', team: '<x>' },
      { generatorUrl: 'http://p/g?a=1&b=2', annotations: LabelSet.from({ runbook: 'r', e: '' }) },
    ),
    flushed({ alertname: 'A', n: '2', team: '<x>' }, { firing: false, annotations: LabelSet.from({ runbook: 'r' }) }),
  ]
  const body = webhookBody(notificationOf(alerts, { alertname: 'A' }), 0, 'http://router:9093')
  assert.equal(
    body,
    '{"receiver":"team\\\\.X","status":"firing","alerts":[' +
      '{"status":"firing","labels":{"alertname":"A","n":"1","team":"\\u003cx\\u003e"},' +
      '"annotations":{"e":"","runbook":"r"},"startsAt":"2026-11-21T10:00:00.5Z","endsAt":"0001-01-01T00:00:00Z",' +
      '"generatorURL":"http://p/g?a=1\\u0026b=2","fingerprint":"581249379f070f8d"},' +
      '{"status":"resolved","labels":{"alertname":"A","n":"2","team":"\\u003cx\\u003e"},' +
      '"annotations":{"runbook":"r"},"startsAt":"2026-11-21T10:00:00.5Z","endsAt":"2026-11-21T11:00:00Z",' +
      '"generatorURL":"","fingerprint":"88f12cfe389adbd4"}],' +
      '"notification_reason":"first notification","groupLabels":{"alertname":"A"},' +
      '"commonLabels":{"alertname":"A","team":"\\u003cx\\u003e"},"commonAnnotations":{"e":"","runbook":"r"},' +
      '"routeLabels":{},"externalURL":"http://router:9093","version":"4",' +
      '"groupKey":"{}:{alertname=\\"A\\"}","truncatedAlerts":0}\n',
  )
})

test('what is cut counts in nothing but the number of what is cut', () => {
  const alerts = [flushed({ a: '1', b: 'x' }, { firing: false }), flushed({ a: '1', b: 'y' }), flushed({ a: '2' })]
  const body = JSON.parse(webhookBody(notificationOf(alerts), 1, '')) as Record<string, unknown>
  assert.equal(body.status, 'resolved')
  assert.deepEqual(body.commonLabels, { a: '1', b: 'x' })
  assert.equal(body.truncatedAlerts, 2)
})

test('a request that is answered with 2xx is a success', async () => {
  const requests: HttpRequest[] = []
  const hook = webhook('{url: "http://hook/", send_resolved: false}', async (request) => {
    requests.push(request)
    return { status: 204, headers: {}, body: '' }
  })
  assert.deepEqual(await hook.notify(notification, NEVER), { ok: true })
  assert.equal(hook.sendResolved, false)
  assert.equal(requests[0]?.url, 'http://hook/')
  assert.deepEqual(requests[0]?.headers, { 'content-type': 'application/json' })
})

test('each failure says whether to try again, of which kind it is, and what to mend', async () => {
  const rows: [status: number, retryable: boolean, reason: string, message: RegExp][] = [
    [500, true, 'serverError', /webhook_configs\[3\]: answered 500: "why \\"so\\"\?"$/],
    [503, true, 'serverError', /answered 503/],
    [400, false, 'clientError', /answered 400/],
    [401, false, 'authError', /credentials in http_config/],
    [404, false, 'clientError', /check the url/],
    [429, true, 'rateLimited', /raise group_interval/],
    [302, false, 'other', /follow_redirects/],
  ]
  for (const [status, retryable, reason, message] of rows) {
    const hook = webhook('{url: "http://hook/hunter2"}', async () => ({ status, headers: {}, body: 'why "so"?\n' }))
    const result = await hook.notify(notification, NEVER)
    assert.ok(!result.ok)
    assert.deepEqual([result.retryable, result.reason], [retryable, reason], `${status}`)
    assert.match(result.message, message)
    assert.doesNotMatch(result.message, /hunter2/)
  }
})

test('failures of the network may be tried again', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' })
  const both = Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' })
  for (const error of [refused, both]) {
    const result = await webhook('{url: "http://hook/"}', () => Promise.reject(error)).notify(notification, NEVER)
    assert.ok(!result.ok && result.retryable)
    assert.match(result.message, /connect ECONNREFUSED 127\.0\.0\.1:9; nothing listens there/)
  }
})

test('the timeout of the configuration ends a request, and so does the end of the flush', async () => {
  const hang: HttpTransport = async (_request, signal) => {
    signal.throwIfAborted()
    await once(signal, 'abort')
    signal.throwIfAborted()
    throw new Error('not reached')
  }
  const clock = new ManualClock()
  const timedOut = webhook('{url: "http://hook/", timeout: 1.5s}', hang, clock).notify(notification, NEVER)
  await clock.advance(1_500)
  const first = await timedOut
  assert.ok(!first.ok && first.retryable && first.reason === 'contextDeadlineExceeded')

  const stop = new AbortController()
  const canceled = webhook('{url: "http://hook/"}', hang, clock).notify(notification, stop.signal)
  stop.abort('contextCanceled')
  const second = await canceled
  assert.ok(!second.ok && second.reason === 'contextCanceled')
})

test('the URL may be in a file, which is read each time', async () => {
  const urls: string[] = []
  const transport: HttpTransport = async ({ url }) => {
    urls.push(url)
    return { status: 200, headers: {}, body: '' }
  }
  assert.deepEqual(await webhook('{url_file: url.txt}', transport).notify(notification, NEVER), { ok: true })
  assert.deepEqual(urls, ['http://from.file/'])
  const missing = await webhook('{url_file: gone.txt}', transport).notify(notification, NEVER)
  assert.ok(!missing.ok && !missing.retryable)
  assert.match(missing.message, /cannot read url_file: ENOENT: gone\.txt/)
})

test('the URL is a template, and what it renders to must be one', async (t) => {
  const { server, tell } = await toldIntegration(t, 'webhook', {
    options: (url) => `{url: "${url}/{{ .Status }}"}`,
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.equal(server.requests[0]?.path, '/firing')
  const none = await toldIntegration(t, 'webhook', { options: () => '{url: "{{ .Status }}"}' })
  assert.equal(failed(await none.tell()).message, 'webhook_configs[0]: url does not hold an http:// or https:// URL')
  const broken = await toldIntegration(t, 'webhook', { options: () => '{url: "http://x/{{ .Nope }}"}' })
  const result = failed(await broken.tell())
  assert.equal(result.retryable, false)
  assert.equal(result.message, 'webhook_configs[0]: url: template: :1:3: executing "" at <.Nope>: nope')
})

test('a payload takes the place of the body: its texts and keys are templates', async (t) => {
  const { server, tell } = await toldIntegration(t, 'webhook', {
    options: (
      url,
    ) => `{url: "${url}", payload: {text: "is {{ .Status }}", "{{ .Status }}": ["[1, {{ .CommonLabels.team }}]", 2.5, on],
      a: {when: 2026-01-02, none: ~}}}`,
  })
  assert.deepEqual(await tell(), { ok: true })
  assert.equal(
    server.requests[0]?.body,
    '{"a":{"none":null,"when":"2026-01-02"},"firing":[[1,"\\u003cx\\u003e"],2.5,true],"text":"is firing"}\n',
  )
  assert.equal(server.requests[0]?.headers['content-type'], 'application/json')
  const text = await toldIntegration(t, 'webhook', { options: (url) => `{url: "${url}", payload: "{{ .Status }}"}` })
  await text.tell()
  assert.equal(text.server.requests[0]?.body, '"firing"\n')
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{}', '4:3 one of url or url_file must be configured'],
    ['{url: "http://x", url_file: f}', '4:21 at most one of url & url_file must be configured'],
    ['{url: "ftp://x"}', '4:9 url must be an http:// or https:// URL with a host'],
    ['{url: "http://x", timeout: 1d}', '4:30 "1d" is not a Go duration; write for example 10s, 1.5s or 2m30s'],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('webhook', own), [message], own)
})
