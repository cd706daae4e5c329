import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'
import { peakResidentMiB } from './resident.ts'

const one = (labels: object, more: object = {}) => JSON.stringify([{ labels, ...more }])
const list = (count: number, item: (n: number) => string) =>
  `[${Array.from({ length: count }, (_, n) => item(n)).join(',')}]`
const long = 'x'.repeat(10_000_000)
const many = Object.fromEntries(Array.from({ length: 100_000 }, (_item, n) => [`l${n}`, 'v']))

/** Bodies of POST /alerts, and what is answered. */
const ROWS: readonly (readonly [what: string, body: () => string | Buffer, status: number, answer: RegExp])[] = [
  [
    '100 000 labels',
    () => one({ alertname: 'A', ...many }),
    400,
    /^"invalid label set: 688900 characters, more than 65536"\n$/,
  ],
  ['a value of 10 MB', () => one({ alertname: 'B', big: long }), 400, /^"invalid label set: 10000013 characters, more/],
  [
    'a name of 10 MB',
    () => one({ alertname: 'C', [long]: 'v' }),
    400,
    /^"invalid label set: 10000011 characters, more/,
  ],
  [
    'an annotation of 30 MB',
    () => one({ alertname: 'D' }, { annotations: { a: long + long + long } }),
    400,
    /^"invalid annotations: 30000001/,
  ],
  [
    'a URL of 10 MB',
    () => one({ alertname: 'E' }, { generatorURL: `http://x/${long}` }),
    400,
    /^"invalid generatorURL: 10000009/,
  ],
  ['40 MB', () => one({ alertname: 'F', a: long + long + long + long }), 413, /"code":413/],
  ['open brackets', () => '['.repeat(30_000_000), 400, /because exceeded max depth"/],
  ['deep lists', () => `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, 400, /because exceeded max depth"/],
  ['deep labels', () => `[{"labels":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}]`, 400, /because exceeded max depth"/],
  ['6 million nulls', () => `[${'null,'.repeat(6_000_000)}null]`, 400, /because more than 5000000 values"/],
  ['2 million alerts without labels', () => list(2_000_000, () => '{"labels":{}}'), 413, /more than 100000 alerts/],
  ['100 001 alerts that are not plain', () => list(100_001, () => 'null'), 413, /more than 100000 alerts/],
  [
    '50 000 mistakes',
    () => list(50_000, () => '{"labels":{}}'),
    400,
    /^"(?:at least one label pair required\\n){1000}and 49000 more"\n$/,
  ],
  ['a number of a megabyte', () => `[{"labels":{"alertname":"G"},"x":${'9'.repeat(1_000_000)}}]`, 200, /^$/],
  ['control characters', () => one({ alertname: 'H', '\0\x01\n': '\0\x1b' }), 200, /^$/],
  ['lone surrogates', () => '[{"labels":{"alertname":"I","a\\ud800":"\\udc00x"}}]', 200, /^$/],
  [
    'bytes that are no UTF-8',
    () => Buffer.from('[{"labels":{"alertname":"J","a":"\xff\xfe\xc0"}}]', 'latin1'),
    200,
    /^$/,
  ],
  [
    'names of prototypes',
    () => '[{"labels":{"alertname":"K","__proto__":"x","constructor":"y"},"__proto__":{"annotations":{"a":"b"}}}]',
    200,
    /^$/,
  ],
  ['the same name twice', () => '[{"labels":{"alertname":"L","a":"1","a":"2"}}]', 200, /^$/],
]

test('whatever alerts are posted, memory is bounded, and what is sound is taken and told', async (t) => {
  const hook = await captureServer(t)
  const yaml = `route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers: [{name: a, webhook_configs: [{url: "${hook.url}"}]}]\n`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  const headers = { 'content-type': 'application/json' }
  for (const [what, body, status, expected] of ROWS) {
    const answer = await fetch(`${router.url}/api/v2/alerts`, { method: 'POST', headers, body: body() })
    const text = await answer.text()
    assert.equal(answer.status, status, `${what}: ${text.slice(0, 200)}`)
    assert.match(text, expected, what)
  }
  await router.push([{ alertname: 'Sound' }])
  const taken = ['G', 'H', 'I', 'J', 'K', 'L', 'Sound']
  await hook.received(taken.length)
  const told = hook.requests
    .flatMap(({ body }) => (JSON.parse(body) as { alerts: { labels: Record<string, string> }[] }).alerts)
    .sort((a, b) => a.labels.alertname!.localeCompare(b.labels.alertname!))
  assert.deepEqual(
    told.map(({ labels }) => labels.alertname),
    taken,
  )
  const labels = told.slice(1, 6).map(({ labels: { alertname: _name, ...rest } }) => Object.entries(rest))
  assert.deepEqual(labels, [
    [['\0\x01\n', '\0\x1b']],
    [['a\ufffd', '\ufffdx']],
    [['a', '\ufffd\ufffd\ufffd']],
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
    [['a', '2']],
  ])
  const peak = peakResidentMiB(router)
  t.diagnostic(`at most ${Math.round(peak)} MiB`)
  assert.ok(peak < 1_000, `${peak} MiB`)
})

test('a flood of large alerts stops at the bytes of all alerts', async (t) => {
  const yaml = 'route: {receiver: a}\nreceivers: [{name: a}]\n'
  const router = await startRouter(t, temporaryDirectory(t), yaml, ['--set', 'alerts.limit_bytes=20MB'])
  const flood = (from: number) => {
    return Array.from({ length: 10 }, (_item, n) => {
      return { labels: { alertname: 'Flood', n: `${from + n}` }, annotations: { text: 'x'.repeat(1_000_000) } }
    })
  }
  const statuses: number[] = []
  for (let from = 0; from < 60; from += 10) statuses.push((await router.post('/api/v2/alerts', flood(from))).status)
  assert.deepEqual(statuses, [200, 200, 503, 503, 503, 503])
  assert.equal((await router.post('/api/v2/alerts', flood(0))).status, 200, 'known ones')
  assert.equal(await router.metric('alertmanager_alerts_limited_total'), 40)
  assert.equal(await router.metric('alertmanager_alerts_bytes_limit'), 20_000_000)
  const bytes = await router.metric('alertmanager_alerts_bytes')
  assert.ok(bytes > 20_000_000 && bytes < 20_010_000, `${bytes}`)
})

test('a flood of new alerts stops at the limit, and known ones go on', async (t) => {
  const hook = await captureServer(t)
  const yaml = `route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers: [{name: a, webhook_configs: [{url: "${hook.url}", max_alerts: 1}]}]\n`
  const router = await startRouter(t, temporaryDirectory(t), yaml, ['--set', 'alerts.limit=5000'])
  await router.push([{ alertname: 'Known' }])
  await hook.received(1)
  const flood = Array.from({ length: 20_000 }, (_item, n) => ({ labels: { alertname: 'Flood', n: String(n) } }))
  const answer = await router.post('/api/v2/alerts', flood)
  assert.equal(answer.status, 503)
  assert.equal(await answer.json(), '15001 new alerts were not taken: there are too many already, see alerts.limit')
  assert.equal(await router.metric('alertmanager_alerts{state="active"}'), 5_000)
  await router.push([{ alertname: 'Known' }], 0)
  await until('the end of the known one', () => {
    return hook.requests.some(
      ({ body }) => body.includes('"alertname":"Known"') && body.includes('"status":"resolved"'),
    )
  })
})
