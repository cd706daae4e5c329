import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import type { Templates } from '../../../alertmanager/template/templates.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import {
  checkRetries,
  configErrors,
  FIRING,
  HTTP_RETRIES,
  integrationConfig,
  RESOLVED,
  type ToldOptions,
  toldIntegration,
} from '../support/told-integration.ts'

const key = groupHash(FIRING.groupKey)

/** The names of the firing alerts in place of all of them: what these tests are about is what becomes of the list. */
const text: Templates['text'] = (source, data) => {
  const names = (status: string) =>
    data.alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.get('alertname') ?? '')
  return source
    .replaceAll('{{ .Alerts.Firing | toJson }}', JSON.stringify(names('firing')))
    .replaceAll('{{ .Alerts.Resolved | toJson }}', JSON.stringify(names('resolved')))
    .replaceAll('{{ .Alerts.Firing | len }}', String(names('firing').length))
    .replaceAll('{{ .Alerts.Resolved | len }}', String(names('resolved').length))
    .replaceAll(/\{\{ template "([\w.]+)" \. \}\}/g, '<$1>')
    .replaceAll('{{ .Text }}', data.commonAnnotations.get('text') ?? '')
}
const deps = { templates: { text, html: text } }
const fixedBase = 'https://events.pagerduty.com'
const v2: ToldOptions = { deps, options: (url) => `{routing_key: hunter2, url: "${url}/v2/enqueue"}` }
const v1: ToldOptions = { deps, fixedBase, options: () => '{service_key: hunter2}' }

test('v2: an event with the alerts as details', async (t) => {
  const { server, tell } = await toldIntegration(t, 'pagerduty', { ...v2, answer: () => ({ status: 202 }) })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.deepEqual([first?.method, first?.path], ['POST', '/v2/enqueue'])
  assert.equal(first?.headers['content-type'], 'application/json')
  const name = (of: string) => `\\u003cpagerduty.default.${of}\\u003e`
  assert.equal(
    first?.body,
    `{"routing_key":"hunter2","dedup_key":"${key}","event_action":"trigger",` +
      `"payload":{"summary":"${name('description')}","source":"${name('client')}","severity":"error",` +
      '"custom_details":{"firing":["A"],"num_firing":1,"num_resolved":0,"resolved":[]}},' +
      `"client":"${name('client')}","client_url":"${name('clientURL')}"}\n`,
  )
  assert.equal(JSON.parse(second?.body ?? '').event_action, 'resolve')
})

test('by default the details are the alerts themselves', async (t) => {
  const templates = createTemplates({ patterns: [], directory: '.', clock: new ManualClock() })
  const { server, tell } = await toldIntegration(t, 'pagerduty', { ...v2, deps: { templates } })
  await tell()
  const { payload } = JSON.parse(server.requests[0]!.body)
  assert.equal(payload.summary, '[FIRING:1] A (<x>)')
  assert.deepEqual(payload.custom_details, {
    firing: [
      {
        annotations: {},
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: '97fc7f77000153bc',
        generatorURL: '',
        labels: { alertname: 'A', team: '<x>' },
        startsAt: '2026-11-21T10:00:00.5Z',
        status: 'firing',
      },
    ],
    num_firing: 1,
    num_resolved: 0,
    resolved: [],
  })
})

test('v2: every key has its place; pictures and links without a URL are left out', async (t) => {
  const { server, tell } = await toldIntegration(t, 'pagerduty', {
    deps,
    options: (
      url,
    ) => `{routing_key_file: key.txt, url: "${url}", client: C, client_url: "", description: "${'ü'.repeat(1025)}",
      source: S, severity: critical, class: cl, component: co, group: gr,
      details: {firing: "", b: {deep: ["{{ .Alerts.Firing | len }}", 2.5, yes, 2026-01-02]}, a: "x: z", t: 12:30},
      images: [{src: "http://i", alt: A, href: "http://h"}, {src: "", alt: gone}], links: [{href: "http://l", text: L}, {text: gone}]}`,
    files: { 'key.txt': 'from-file' },
  })
  await tell()
  assert.deepEqual(JSON.parse(server.requests[0]!.body), {
    routing_key: 'from-file',
    dedup_key: key,
    event_action: 'trigger',
    payload: {
      summary: `${'ü'.repeat(1023)}…`,
      source: 'S',
      severity: 'critical',
      class: 'cl',
      component: 'co',
      group: 'gr',
      custom_details: {
        a: { x: 'z' },
        b: { deep: [1, 2.5, true, '2026-01-02'] },
        firing: null,
        num_firing: 1,
        num_resolved: 0,
        resolved: [],
        t: '12:30',
      },
    },
    client: 'C',
    images: [{ src: 'http://i', alt: 'A', href: 'http://h' }],
    links: [{ href: 'http://l', text: 'L' }],
  })
})

test('v1: an event of the old format, whose end has no client', async (t) => {
  const { server, tell } = await toldIntegration(t, 'pagerduty', v1)
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [first, second] = server.requests
  assert.equal(first?.path, '/generic/2010-04-15/create_event.json')
  const name = (of: string) => `\\u003cpagerduty.default.${of}\\u003e`
  const head = (type: string) =>
    `{"service_key":"hunter2","incident_key":"${key}","event_type":"${type}","description":"${name('description')}",` +
    '"event_action":"","payload":null,'
  assert.equal(
    first?.body,
    `${head('trigger')}"client":"${name('client')}","client_url":"${name('clientURL')}",` +
      '"details":{"firing":["A"],"num_firing":1,"num_resolved":0,"resolved":[]}}\n',
  )
  assert.equal(
    second?.body,
    `${head('resolve')}"details":{"firing":[],"num_firing":0,"num_resolved":1,"resolved":["A"]}}\n`,
  )
})

test('an event that is too large goes without its details, whatever its text', async (t) => {
  const annotations = LabelSet.from({ text: 'ü'.repeat(256_000) })
  const large = notificationOf([flushed({ alertname: 'A' }, { annotations })])
  const { server, tell } = await toldIntegration(t, 'pagerduty', {
    ...{ deps, options: (url) => `{routing_key: k, url: "${url}", details: {text: "{{ .Text }}"}}` },
  })
  await tell(large)
  const error = 'Custom details have been removed because the original event exceeds the maximum size of 512KB'
  assert.deepEqual(JSON.parse(server.requests[0]!.body).payload.custom_details, { error })
})

test('failures of v2 are told apart', (t) => checkRetries(t, 'pagerduty', v2))

test('v1 says 403 when it is asked too often', (t) =>
  checkRetries(t, 'pagerduty', v1, [
    ...HTTP_RETRIES.filter(([{ status }]) => status !== 404),
    [{ status: 403, body: 'slow down' }, true, 'authError', /answered 403: "slow down"; check service_key$/],
  ]))

test('the service key wins over the routing key, and the URL comes from global', () => {
  const { options } = integrationConfig('pagerduty', '{routing_key: r}', '{pagerduty_url: "http://pd.test/x"}')
  assert.ok('url' in options)
  assert.equal(options.url, 'http://pd.test/x')
})

test('a configuration that cannot work is refused', () => {
  const rows: [options: string, message: string][] = [
    ['{}', '4:3 missing service or routing key in PagerDuty config'],
    ['{routing_key: k, routing_key_file: f}', '4:20 at most one of routing_key & routing_key_file must be configured'],
    ['{service_key: k, service_key_file: f}', '4:20 at most one of service_key & service_key_file must be configured'],
    ['{routing_key: k, timeout: 1d}', '4:29 "1d" is not a Go duration; write for example 10s, 1.5s or 2m30s'],
  ]
  for (const [own, message] of rows) assert.deepEqual(configErrors('pagerduty', own), [message], own)
})
