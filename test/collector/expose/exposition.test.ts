import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { get } from 'node:http'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createWebServer } from '#lib/http/server.ts'
import { createExposition } from '../../../collector/expose/create-exposition.ts'
import type { SeriesFamily, SeriesType } from '../../../collector/series/series-sink.ts'
import { createTable, NOON_MS, sourceOf } from '../../support/series-table.ts'

function familyOf(name: string, type: SeriesType, help = '', unit = ''): SeriesFamily {
  return { name, type, help, unit }
}

async function serve(t: TestContext, config: { max_concurrent?: number; max_targets?: number } = {}) {
  const harness = createTable({ maxSeries: 5_000 })
  const exposition = createExposition(
    { max_concurrent: 2, shards: 3, max_targets: 10, ...config },
    harness.table,
    systemClock,
  )
  const server = createWebServer({ name: 'test', listenAddress: '127.0.0.1:0', routes: exposition.routes })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.timeout(1_000)))
  const page = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { ...harness, ...exposition, page, url: server.url }
}

function fill({ table }: ReturnType<typeof createTable>): void {
  const put = (node: string, family: SeriesFamily, name: string, labels: readonly string[], value: number) => {
    const source = sourceOf({ transport: 'otlp', job: 'j', instance: `${node}:1`, node })
    const sorted = Object.entries(Object.fromEntries([['job', 'j'], ['node', node], ...pairs(labels)])).sort()
    assert.equal(table.put(source, family, name, sorted.flat(), value, NOON_MS), undefined)
  }
  const requests = familyOf('requests_total', 'counter', 'A "quoted" \\ help\nwith lines.')
  const seconds = familyOf('request_seconds', 'histogram', 'How long.', 'seconds')
  for (const node of ['n1', 'n2']) {
    put(node, familyOf('up', 'gauge'), 'up', [], node === 'n1' ? 1 : 0)
    put(node, requests, 'requests_total', ['path', '/a"\\\nb'], 12_345_678_901)
    put(node, seconds, 'request_seconds_sum', [], 0.25)
    put(node, seconds, 'request_seconds_bucket', ['le', '+Inf'], 3)
    put(node, seconds, 'request_seconds_bucket', ['le', '1'], 2)
    put(node, seconds, 'request_seconds_count', [], 3)
  }
  put('n1', familyOf('go_memstats_alloc_bytes', 'gauge'), 'go_memstats_alloc_bytes', [], Number.NaN)
  put('n1', familyOf('go_memstats_alloc_bytes_total', 'counter'), 'go_memstats_alloc_bytes_total', [], 1e300)
  put('n1', familyOf('strange', 'counter'), 'strange', [], Number.NEGATIVE_INFINITY)
  put('n2', familyOf('build_info', 'info'), 'build_info', ['version', 'é'], 1)
}

function pairs(labels: readonly string[]): [string, string][] {
  return Array.from({ length: labels.length / 2 }, (_, index) => [labels[2 * index]!, labels[2 * index + 1]!])
}

test('the text format has each metric once, with help and type, and the parts of a histogram in order', async (t) => {
  const harness = await serve(t)
  fill(harness)
  const { text, headers } = await harness.page('/metrics/nodes', { 'accept-encoding': 'identity' })
  assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(
    text,
    [
      '# TYPE build_info gauge',
      'build_info{job="j",node="n2",version="é"} 1',
      '# TYPE go_memstats_alloc_bytes gauge',
      'go_memstats_alloc_bytes{job="j",node="n1"} NaN',
      '# TYPE go_memstats_alloc_bytes_total counter',
      'go_memstats_alloc_bytes_total{job="j",node="n1"} 1e+300',
      '# HELP request_seconds How long.',
      '# TYPE request_seconds histogram',
      ...['n1', 'n2'].flatMap((node) => [
        `request_seconds_bucket{job="j",node="${node}",le="1"} 2`,
        `request_seconds_bucket{job="j",node="${node}",le="+Inf"} 3`,
        `request_seconds_sum{job="j",node="${node}"} 0.25`,
        `request_seconds_count{job="j",node="${node}"} 3`,
      ]),
      '# HELP requests_total A "quoted" \\\\ help\\nwith lines.',
      '# TYPE requests_total counter',
      'requests_total{job="j",node="n1",path="/a\\"\\\\\\nb"} 12345678901',
      'requests_total{job="j",node="n2",path="/a\\"\\\\\\nb"} 12345678901',
      '# TYPE strange counter',
      'strange{job="j",node="n1"} -Inf',
      '# TYPE up gauge',
      'up{job="j",node="n1"} 1',
      'up{job="j",node="n2"} 0',
      '',
    ].join('\n'),
  )
})

test('OpenMetrics has its own names of counters and bounds, and an end', async (t) => {
  const harness = await serve(t)
  fill(harness)
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1'
  const { text, headers } = await harness.page('/metrics/nodes?node=n1', { accept })
  assert.equal(headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8')
  const lines = text.split('\n')
  assert.ok(lines.includes('# TYPE requests counter') && lines.includes('# UNIT request_seconds seconds'))
  assert.ok(lines.includes('# HELP requests A \\"quoted\\" \\\\ help\\nwith lines.'))
  assert.ok(lines.includes('request_seconds_bucket{job="j",node="n1",le="1.0"} 2'))
  // The counter's other name is a metric of its own.
  assert.ok(lines.includes('# TYPE go_memstats_alloc_bytes_total unknown') && lines.includes('# TYPE strange unknown'))
  assert.ok(text.endsWith('# EOF\n') && !text.includes('n2'))
})

test('series are chosen by node, shard, name and selector', async (t) => {
  const harness = await serve(t)
  fill(harness)
  const read = async (path: string) =>
    (await harness.page(path)).text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const all = await read('/metrics/nodes')
  assert.deepEqual(await read('/metrics/nodes?node=n1&node=n2'), all)
  assert.deepEqual(await read('/metrics/nodes?node=n2&name[]=up&name[]=build_info'), [
    'build_info{job="j",node="n2",version="é"} 1',
    'up{job="j",node="n2"} 0',
  ])
  const shards = await Promise.all([0, 1].map((shard) => read(`/metrics/nodes?shards=2&shard=${shard}`)))
  assert.deepEqual(shards.flat().sort(), all.toSorted())
  const federate = (...selectors: string[]) =>
    read(`/federate?${selectors.map((selector) => `match[]=${encodeURIComponent(selector)}`).join('&')}`)
  assert.deepEqual(await federate('up{node!="n1"}', '{__name__=~"build.*"}'), [
    'build_info{job="j",node="n2",version="é"} 1',
    'up{job="j",node="n2"} 0',
  ])
  assert.deepEqual(await federate('request_seconds_bucket{le="1", node!~"n[2-9]"}'), [
    'request_seconds_bucket{job="j",node="n1",le="1"} 2',
  ])
  // What holds of the labels that all parts of a histogram share does not hold of its buckets, nor the reverse.
  for (const [le, value] of [
    ['1', 2],
    ['+Inf', 3],
  ] as const) {
    assert.deepEqual(
      await federate(`{le="${le}"}`),
      ['n1', 'n2'].map((node) => `request_seconds_bucket{job="j",node="${node}",le="${le}"} ${value}`),
    )
  }
  assert.deepEqual(await federate('{nothing="here"}', '{__name__="up", node="n2"}'), ['up{job="j",node="n2"} 0'])
  assert.deepEqual(await federate('{nothing="here"}'), [])
  for (const path of ['/federate', '/federate?match[]={}', '/federate?match[]=a{', '/federate?match[]={a=~"("}']) {
    assert.equal((await harness.page(path)).status, 400, path)
  }
  for (const query of ['x=1', 'shard=1', 'shard=2&shards=2', 'shards=0&shard=0']) {
    assert.equal((await harness.page(`/metrics/nodes?${query}`)).status, 400, query)
  }
})

test('pages are compressed if that is taken, and a HEAD has no body', async (t) => {
  const harness = await serve(t)
  fill(harness)
  const plain = await harness.page('/metrics/nodes', { 'accept-encoding': 'identity' })
  const gzip = await harness.page('/metrics/nodes', { 'accept-encoding': 'br, gzip;q=0.5' })
  assert.deepEqual([plain.headers.get('content-encoding'), gzip.headers.get('content-encoding')], [null, 'gzip'])
  assert.equal(gzip.text, plain.text)
  const refused = await harness.page('/metrics/nodes', { 'accept-encoding': 'gzip;q=0, *' })
  assert.equal(refused.headers.get('content-encoding'), null)
  const head = await fetch(`${harness.url}/metrics/nodes`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.equal(harness.pages.pages.complete, 3)
})

test('what is removed and added while a page is written neither breaks it nor is in it twice', async (t) => {
  const harness = await serve(t)
  const { table } = harness
  const family = familyOf('m', 'gauge')
  for (let index = 0; index < 900; index++) {
    const source = sourceOf({ job: `j${index % 3}`, isKept: true })
    table.put(source, family, 'm', ['index', String(index), 'pad', 'x'.repeat(400)], index, NOON_MS)
  }
  const response = await new Promise<import('node:http').IncomingMessage>((done) => {
    get(`${harness.url}/metrics/nodes`, done)
  })
  let text = ''
  let turns = 0
  for await (const piece of response) {
    text += piece
    turns += 1
    if (turns === 1) table.removeSource(sourceOf({ job: 'j1' }))
    const source = sourceOf({ job: 'j2' })
    table.put(source, family, 'm', ['index', String(1_000 + turns), 'pad', 'y'], 1, NOON_MS)
  }
  const found = [...text.matchAll(/^m\{index="(\d+)",pad="[xy]+"\} \d+$/gm)].map(([, index]) => Number(index))
  assert.equal(text.trimEnd().split('\n').length, found.length + 1)
  assert.equal(new Set(found).size, found.length)
  for (let index = 0; index < 900; index++) assert.ok(index % 3 === 1 || found.includes(index), String(index))
})

test('one page too many is told to come back, and what takes too long is broken off', async (t) => {
  const harness = await serve(t, { max_concurrent: 1 })
  const family = familyOf('m', 'gauge')
  for (let index = 0; index < 4_000; index++) {
    harness.table.put(sourceOf(), family, 'm', ['index', String(index), 'pad', 'x'.repeat(9_000)], index, NOON_MS)
  }
  const slow = await new Promise<import('node:http').IncomingMessage>((done) => {
    get(`${harness.url}/metrics/nodes`, done)
  })
  const { status, headers } = await harness.page('/metrics/nodes')
  assert.deepEqual([status, headers.get('retry-after')], [503, '5'])
  slow.destroy()
  while (harness.pages.pages.aborted === 0) await new Promise((done) => setTimeout(done, 2))
  await assert.rejects(harness.page('/metrics/nodes', { 'x-prometheus-scrape-timeout-seconds': '0.000001' }))
  assert.deepEqual(harness.pages.pages, { complete: 0, timeout: 1, aborted: 1, refused: 1 })
  // Longer than a timer can be.
  const patient = await harness.page('/metrics/nodes', { 'x-prometheus-scrape-timeout-seconds': '1e9' })
  assert.equal(patient.status, 200)
  assert.equal(harness.pages.pages.complete, 1)
})

test("sources are targets in Prometheus' JSON, on a page, and for service discovery", async (t) => {
  const harness = await serve(t, { max_targets: 3 })
  fill(harness)
  harness.table.put(sourceOf({ job: '<script>', isKept: true }), familyOf('x', 'gauge'), 'x', [], 1, NOON_MS)
  const { text } = await harness.page('/api/v1/targets')
  const { activeTargets } = JSON.parse(text).data
  assert.deepEqual(
    activeTargets.map((each: Record<string, unknown>) => [each.scrapePool, each.health, each.series, each.lastError]),
    [
      ['<script>', 'unknown', 1, ''],
      ['j', 'up', 9, ''],
      ['j', 'down', 7, 'it says that it is not up'],
    ],
  )
  assert.deepEqual(JSON.parse((await harness.page('/api/v1/targets?state=dropped')).text).data.activeTargets, [])
  assert.equal((await harness.page('/api/v1/targets?state=x')).status, 400)
  const page = await harness.page('/targets')
  assert.match(page.text, /3 sources of metrics, 1 down/)
  assert.ok(page.text.includes('&#60;script&#62;') && !page.text.includes('<script'))
  const agents = JSON.parse((await harness.page('/api/v1/sd/agents')).text)
  assert.deepEqual(agents[1], {
    targets: [new URL(harness.url).host],
    labels: { __metrics_path__: '/metrics/nodes', __param_node: 'n1', instance: 'n1' },
  })
  assert.equal(agents.length, 3)
  assert.equal(JSON.parse((await harness.page('/api/v1/sd/shards')).text).length, 3)
  assert.equal((await harness.page('/api/v1/sd/shards?shards=4')).status, 503)
})

/** Debian's, which has the package. */
const PYTHON = '/usr/bin/python3'
const PARSE = `
import sys
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
families = (openmetrics if sys.argv[1] == 'om' else text_string_to_metric_families)(sys.stdin.read())
bound = lambda name, value: float(value) if name == 'le' else value
labels = lambda s: sorted((name, bound(name, value)) for name, value in s.labels.items())
for line in sorted(str((s.name, labels(s), repr(float(s.value)))) for f in families for s in f.samples): print(line)
`

test("Prometheus' own parser reads both formats, and finds the same series", async (t) => {
  if (spawnSync(PYTHON, ['-c', 'import prometheus_client']).status !== 0) return t.skip('no python3-prometheus-client')
  const harness = await serve(t)
  fill(harness)
  const parse = async (kind: string, accept: string) => {
    const { text } = await harness.page('/metrics/nodes', { accept })
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', PARSE, kind], { input: text, encoding: 'utf8' })
    assert.equal(stderr, '')
    return stdout.split('\n')
  }
  // That parser gives a counter of the text format a name with `_total`, whatever its name is.
  const text = (await parse('text', 'text/plain')).map((line) => line.replace('strange_total', 'strange'))
  assert.equal(text.filter((line) => line.startsWith("('request_seconds_bucket'")).length, 4)
  assert.deepEqual(await parse('om', 'application/openmetrics-text'), text)
})

test('promtool finds nothing wrong with the text', async (t) => {
  if (spawnSync('promtool', ['--version']).status !== 0) return t.skip('no promtool')
  const harness = await serve(t)
  const { table } = harness
  const put = (family: SeriesFamily, name: string, labels: readonly string[] = []) =>
    table.put(sourceOf({ isKept: true }), family, name, labels, 1, NOON_MS)
  put(familyOf('shop_requests_total', 'counter', 'Requests.'), 'shop_requests_total', ['path', 'é"\\\n'])
  const seconds = familyOf('shop_request_seconds', 'histogram', 'How long requests took.')
  for (const le of ['0.1', '+Inf']) put(seconds, 'shop_request_seconds_bucket', ['le', le])
  for (const part of ['sum', 'count']) put(seconds, `shop_request_seconds_${part}`)
  const { text } = await harness.page('/metrics/nodes')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  assert.deepEqual([status, stdout + stderr], [0, ''])
})
