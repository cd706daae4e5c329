import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Finding } from '#lib/finding.ts'
import { createWebServer } from '#lib/http/server.ts'
import { selfCheckRoutes } from '../../../collector/self-check/routes.ts'
import { startCli } from '../../support/cli-process.ts'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { FakeElasticsearch, PRODUCTS } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const STREAM = 'logs-kubernetes.otel-default'
const TEMPLATE = 'vedette-logs-kubernetes.otel'
const GIB = 1024 ** 3

/** What a healthy server answers, by path. */
const HEALTHY: Readonly<Record<string, unknown>> = {
  '/_security/user/_has_privileges': {
    username: 'collector',
    cluster: { monitor: true, manage_index_templates: true },
    index: { [STREAM]: { create_doc: true, auto_configure: true, read: true } },
  },
  '/_index_template': {
    index_templates: [
      {
        name: TEMPLATE,
        index_template: { index_patterns: ['logs-kubernetes.otel-*'], priority: 300, data_stream: {} },
      },
      { name: 'logs', index_template: { index_patterns: ['logs-*-*'], priority: 100, data_stream: {} } },
    ],
  },
  [`/_data_stream/${STREAM}`]: {
    data_streams: [{ template: TEMPLATE, lifecycle: { enabled: true, data_retention: '30d' } }],
  },
  '/_nodes/stats/fs': {
    nodes: { a: { name: 'node-1', fs: { total: { total_in_bytes: 100 * GIB, available_in_bytes: 50 * GIB } } } },
  },
  '/_cluster/settings': { persistent: { 'cluster.routing.allocation.disk.watermark.low': '10gb' } },
}

type Answers = Readonly<Record<string, { readonly status: number; readonly body: unknown } | unknown>>

async function start(t: TestContext, answers: Answers = {}, product: keyof typeof PRODUCTS = 'elasticsearch-9') {
  const elasticsearch = new FakeElasticsearch()
  elasticsearch.product = PRODUCTS[product]
  const all: Answers = { ...HEALTHY, ...answers }
  elasticsearch.onOther = (method, path) => {
    if (method === 'PUT') return undefined
    const given = all[path]
    if (given === undefined) return undefined
    return typeof given === 'object' && given !== null && 'status' in given
      ? (given as { status: number; body: unknown })
      : { status: 200, body: given }
  }
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start())
  t.after(() => elasticsearch.stop())
  await collector.start()
  const { selfCheck } = collector.pipeline.indexing
  const findings = async () => {
    await until('the check', () => collector.lines.some((line) => line.includes('checked Elasticsearch')), {
      everyMs: 2,
    })
    return new Map((await selfCheck.look()).findings.map((finding) => [finding.check, finding]))
  }
  return { elasticsearch, collector, findings }
}

test('where all is well, a line for each check says so', async (t) => {
  const { collector, findings } = await start(t)
  const found = await findings()
  assert.deepEqual(
    [...found.keys()],
    ['reachable', 'version', 'clock', 'privileges', 'template', 'data-stream', 'retention', 'disk'],
  )
  for (const finding of found.values()) assert.equal(finding.status, 'ok', JSON.stringify(finding))
  const lines = () => collector.lines.filter((line) => line.includes('checked Elasticsearch: all is well'))
  await until('all lines', () => lines().length === 8, { everyMs: 2 })
  assert.ok(lines().every((line) => line.includes('level=info')))
  await collector.stop()
})

const priority = (name: string, patterns: readonly string[], value: number) => ({
  name,
  index_template: { index_patterns: patterns, priority: value, data_stream: {} },
})
const ours = priority(TEMPLATE, ['logs-kubernetes.otel-*'], 300)
const disk = (free: number) => ({
  nodes: { a: { name: 'node-1', fs: { total: { total_in_bytes: 100 * GIB, available_in_bytes: free * GIB } } } },
})
const error = (status: number, type: string) => ({ status, body: { error: { type, reason: 'x' }, status } })
const stream = (more: object) => ({ data_streams: [{ template: TEMPLATE, ...more }] })

const CASES: readonly (readonly [
  name: string,
  answers: Answers,
  check: string,
  status: Finding['status'],
  words: RegExp,
])[] = [
  ['old version', { '/': { version: { number: '8.9.0' } } }, 'version', 'warn', /older than 8\.16/],
  ['no privilege to look', { '/': error(403, 'security_exception') }, 'reachable', 'ok', /unknown version/],
  [
    'a missing privilege',
    {
      '/_security/user/_has_privileges': {
        username: 'x',
        cluster: { monitor: true, manage_index_templates: true },
        index: { [STREAM]: { create_doc: true } },
      },
    },
    'privileges',
    'fail',
    /x lacks auto_configure on logs-kubernetes/,
  ],
  [
    'no reading',
    {
      '/_security/user/_has_privileges': {
        cluster: { monitor: true, manage_index_templates: true },
        index: { [STREAM]: { create_doc: true, auto_configure: true } },
      },
    },
    'privileges',
    'warn',
    /the search page .* find nothing/,
  ],
  ['no security', { '/_security/user/_has_privileges': error(400, '') }, 'privileges', 'ok', /security is off/],
  ['no template', { '/_index_template': { index_templates: [] } }, 'template', 'fail', /is not there/],
  [
    'a template that wins',
    { '/_index_template': { index_templates: [ours, priority('custom', ['x', 'logs-*.otel-def*t'], 500)] } },
    'template',
    'fail',
    /custom has priority 500 and wins over/,
  ],
  [
    'templates that do not fit',
    {
      '/_index_template': {
        index_templates: [ours, priority('custom', ['logs-*-other', 'logs-kubernetes.otel-default-*'], 500)],
      },
    },
    'template',
    'ok',
    /wins/,
  ],
  [
    'no data stream',
    { [`/_data_stream/${STREAM}`]: error(404, 'index_not_found_exception') },
    'data-stream',
    'ok',
    /by the first document/,
  ],
  [
    'a foreign template',
    { [`/_data_stream/${STREAM}`]: { data_streams: [{ template: 'logs' }] } },
    'data-stream',
    'warn',
    /with the template logs/,
  ],
  [
    'another retention',
    { [`/_data_stream/${STREAM}`]: stream({ lifecycle: { data_retention: '7d' } }) },
    'retention',
    'warn',
    /for 7d, not for 30d/,
  ],
  ['kept for ever', { [`/_data_stream/${STREAM}`]: stream({ lifecycle: {} }) }, 'retention', 'warn', /for ever/],
  ['a policy', { [`/_data_stream/${STREAM}`]: stream({ ilm_policy: 'logs' }) }, 'retention', 'warn', /policy logs/],
  [
    'a disk beyond low',
    { '/_nodes/stats/fs': disk(9.5) },
    'disk',
    'warn',
    /node-1 is 91% full.*high watermark \(90%\)/,
  ],
  ['a full disk', { '/_nodes/stats/fs': disk(2) }, 'disk', 'fail', /flood-stage watermark \(95%\)/],
  [
    'watermarks in bytes',
    {
      '/_nodes/stats/fs': disk(2),
      '/_cluster/settings': {
        defaults: Object.fromEntries(
          [
            ['low', '3gb'],
            ['high', '1gb'],
            ['flood_stage', '500mb'],
          ].map(([level, value]) => [`cluster.routing.allocation.disk.watermark.${level}`, value]),
        ),
      },
    },
    'disk',
    'warn',
    /low watermark \(3gb\)/,
  ],
]

for (const [name, answers, check, status, words] of CASES) {
  test(`what the check finds: ${name}`, async (t) => {
    const { collector, findings } = await start(t, answers)
    const finding = (await findings()).get(check)
    assert.equal(finding?.status, status, JSON.stringify(finding))
    assert.match(finding!.message, words)
    assert.equal(finding!.cure !== undefined, status !== 'ok')
    await collector.stop()
  })
}

test('OpenSearch: retention is not ours', async (t) => {
  const { collector, findings } = await start(t, {}, 'opensearch')
  const found = await findings()
  assert.equal(found.get('reachable')?.message.startsWith('OpenSearch 3.8.0'), true)
  assert.equal(found.get('retention')?.status, 'warn')
  await collector.stop()
})

test('a server that cannot be reached is said at once, receiving goes on, and the rest follows', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  await elasticsearch.stop()
  const collector = new CollectorHarness(temporaryDirectory(t), url)
  await collector.start()
  await collector.send(['a'])
  const said = (words: string) => collector.lines.some((line) => line.includes(words))
  await until('the failure', () => said('check=reachable status=fail'), { everyMs: 2 })
  await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  await until('the rest', () => said('check=reachable status=ok'), { everyMs: 2 })
  await collector.settle()
  await collector.stop()
})

test('vedette doctor shows what the collector finds', async (t) => {
  const { elasticsearch, collector } = await start(t, { '/_nodes/stats/fs': disk(2) })
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 401 })
  await collector.send(['a'])
  const { indexing } = collector.pipeline
  await until('a block', () => indexing.blocks.list().length > 0, { everyMs: 2 })
  const web = createWebServer({ name: 'web', listenAddress: '127.0.0.1:0', routes: selfCheckRoutes(indexing) })
  await web.start?.()
  t.after(() => web.stop?.(AbortSignal.timeout(1_000)))
  const { stdout, code } = await startCli(t, ['doctor', '--collector', web.url]).ended
  assert.equal(code, 1)
  assert.match(stdout, /ok {4}reachable {7}Elasticsearch 9\.5\.3 answers/)
  assert.match(stdout, /FAIL {2}disk {12}.*flood-stage/)
  assert.match(stdout, /FAIL {2}blocked {9}Elasticsearch does not accept the credentials/)
  const json = JSON.parse((await startCli(t, ['doctor', '--collector', web.url, '--json']).ended).stdout)
  assert.equal(json.ok, false)
  elasticsearch.onBulk = () => undefined
  await collector.settle()
  await collector.stop()
})
