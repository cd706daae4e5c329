import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OtlpIngest } from '../../../../collector/series/otlp/otlp-ingest.ts'
import { encodeMetricsRequest, labels, metricsOf, type ProtoPoint } from '../../../support/metrics-proto.ts'
import { createTable, NOON_MS, seriesOf } from '../../../support/series-table.ts'

const DELTA = 1
const CUMULATIVE = 2
const at = (seconds: number) => `${NOON_MS / 1_000 + seconds}000000000`
const type = (stringValue: string) => [{ key: 'prometheus.type', value: { stringValue } }]

function create(limits = {}, options = {}) {
  const harness = createTable(limits)
  const otlp = new OtlpIngest(harness.table, { promoted: [], hasScopeLabels: false, ...options })
  const sum = (temporality: number, ...dataPoints: readonly ProtoPoint[]) =>
    otlp.ingest(
      metricsOf({
        ...{ name: 'requests', unit: '1' },
        sum: { dataPoints, aggregationTemporality: temporality, isMonotonic: true },
      }),
    )
  return { ...harness, otlp, sum, read: () => Object.fromEntries(seriesOf(harness.table)) }
}

test('names, types and labels are what Prometheus makes of them', () => {
  const { otlp, read, table } = create()
  const dataPoints = [
    { timeUnixNano: at(0), asInt: '5', attributes: labels({ 'http.method': 'GET', b: 'x', a_b: '2', 'a.b': '1' }) },
  ]
  const sum = { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true }
  const result = otlp.ingest(
    metricsOf(
      { name: 'http.server.requests', unit: '{request}', description: 'Requests.', sum },
      { name: 'queue.bytes', unit: 'By', gauge: { dataPoints } },
      { name: 'cpu.utilization', unit: '1', gauge: { dataPoints } },
      { name: 'disk.io', unit: 'KiBy/s', sum: { ...sum, isMonotonic: false } },
      { name: 'up_and:running', unit: 's', gauge: { dataPoints }, metadata: type('unknown') },
      { name: 'plain', unit: 's', sum, metadata: type('counter') },
    ),
  )
  assert.deepEqual(result, { points: 6, refused: new Map() })
  const shared = '{a_b=1;2,b=x,http_method=GET,job=shop}'
  assert.deepEqual(read(), {
    [`http_server_requests_total${shared}`]: 5,
    [`queue_bytes${shared}`]: 5,
    [`cpu_utilization_ratio${shared}`]: 5,
    [`disk_io_kibibytes_per_second${shared}`]: 5,
    [`up_and:running${shared}`]: 5,
    [`plain${shared}`]: 5,
  })
  const types = table.store.families.sorted().map(({ name, spec }) => [name, spec.type])
  assert.deepEqual(types, [
    ['cpu_utilization_ratio', 'gauge'],
    ['disk_io_kibibytes_per_second', 'gauge'],
    ['http_server_requests_total', 'counter'],
    ['plain', 'counter'],
    ['queue_bytes', 'gauge'],
    ['up_and:running', 'untyped'],
  ])
})

test('a resource is a source: job, instance, node, and what else there is about it in target_info', () => {
  const { otlp, read, table } = create({}, { promoted: ['k8s.namespace.name'], hasScopeLabels: true })
  const attributes = labels({
    ...{ 'service.namespace': 'web', 'service.name': 'shop', 'service.instance.id': 'i1', 'k8s.node.name': 'n1' },
    ...{ 'k8s.namespace.name': 'prod', 'host.arch': 'arm' },
  })
  const own = { timeUnixNano: at(0), asInt: '1', attributes: labels({ node: 'mine', job: 'mine' }) }
  const dataPoints = [{ timeUnixNano: at(0), asInt: '1' }, own]
  const scope = { name: 'meter', version: '2' }
  const metrics = [{ name: 'a', gauge: { dataPoints } }]
  otlp.ingest(
    encodeMetricsRequest({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }] }),
  )
  const rest = 'otel_scope_name=meter,otel_scope_version=2'
  assert.deepEqual(read(), {
    [`a{instance=i1,job=web/shop,k8s_namespace_name=prod,node=n1,${rest}}`]: 1,
    [`a{instance=i1,job=web/shop,k8s_namespace_name=prod,node=mine,${rest}}`]: 1,
    'target_info{host_arch=arm,instance=i1,job=web/shop,k8s_namespace_name=prod,node=n1}': 1,
  })
  assert.deepEqual(
    [...table.store.sources].map(({ spec }) => spec),
    [{ transport: 'otlp', job: 'web/shop', instance: 'i1', node: 'n1', isKept: false }],
  )
})

test('deltas are summed up, once each, and cumulative sums replace each other', () => {
  const { sum, read, table } = create()
  for (const second of [1, 2, 2, 3]) {
    sum(DELTA, { startTimeUnixNano: at(second - 1), timeUnixNano: at(second), asInt: '10' })
  }
  assert.deepEqual(read(), { 'requests_total{job=shop}': 30 })
  assert.equal(table.startMsOf(0), NOON_MS)
  sum(CUMULATIVE, { startTimeUnixNano: at(0), timeUnixNano: at(4), asDouble: 7.5 })
  assert.deepEqual(read(), { 'requests_total{job=shop}': 7.5 })
})

test('sums of deltas stay for as long as anything may, though their source is heard more often', () => {
  const { sum, read, clock, expire } = create()
  const point = (seconds: number, name: string) => ({
    ...{ timeUnixNano: at(seconds), startTimeUnixNano: at(seconds - 10), asInt: '1' },
    attributes: labels({ name }),
  })
  const names = () => Object.keys(read()).map((series) => /name=(\w+)/.exec(series)![1])
  for (const second of [0, 10, 20, 30, 40, 50, 60]) {
    clock.ms = second * 1_000
    sum(DELTA, point(second, 'often'), ...(second === 0 ? [point(0, 'seldom')] : []))
    expire()
  }
  assert.deepEqual(new Set(names()), new Set(['often', 'seldom']))
  // The most that anything may stay is five minutes.
  clock.ms = 301_000
  expire()
  assert.deepEqual(names(), ['often'])
})

test('a series that ended is gone until it begins again', () => {
  const { sum, read, table } = create()
  sum(CUMULATIVE, { timeUnixNano: at(1), asInt: '1' })
  sum(CUMULATIVE, { timeUnixNano: at(2), flags: 1 })
  sum(CUMULATIVE, { timeUnixNano: at(1), asInt: '1' })
  assert.deepEqual([read(), table.store.size], [{}, 1])
  sum(CUMULATIVE, { timeUnixNano: at(3), asInt: '2' })
  assert.deepEqual(read(), { 'requests_total{job=shop}': 2 })
})

test('series are found whether or not they come in the order of last time', () => {
  const { sum, read } = create()
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`)
  for (let round = 1; round <= 20; round++) {
    const order = names.filter((_, index) => (index * 7 + round) % 5 !== 0).sort(() => (round % 3 === 0 ? -1 : 1))
    if (round % 2 === 0) order.reverse()
    sum(
      CUMULATIVE,
      ...order.map((name) => ({ timeUnixNano: at(round), asInt: String(round * 100), attributes: labels({ name }) })),
    )
    for (const name of order) assert.equal(read()[`requests_total{job=shop,name=${name}}`], round * 100)
  }
  // However the attributes are spelled.
  const keys = ['a', 'b', 'c']
  for (let turn = 0; turn < 6; turn++) {
    const turned = keys.map((_, index) => keys[(index + turn) % 3]!)
    sum(CUMULATIVE, {
      timeUnixNano: at(turn),
      asInt: String(turn),
      attributes: labels(Object.fromEntries(turned.map((key) => [key, key]))),
    })
  }
  assert.equal(read()['requests_total{a=a,b=b,c=c,job=shop}'], 5)
  assert.equal(Object.keys(read()).length, 31)
})

test('histograms and summaries are rows, deltas of histograms are summed up, and other bounds begin again', () => {
  const { otlp, read } = create()
  const histogram = (second: number, explicitBounds: number[], bucketCounts: string[], flags = 0) => {
    const point = { timeUnixNano: at(second), count: '6', sum: 1.5, explicitBounds, bucketCounts, flags }
    return otlp.ingest(metricsOf({ name: 'h', histogram: { dataPoints: [point], aggregationTemporality: DELTA } }))
  }
  for (const second of [1, 2]) histogram(second, [1, 5], ['1', '2', '3'])
  const buckets = (counts: Record<string, number>, sum: number, count: number) => ({
    ...Object.fromEntries(Object.entries(counts).map(([le, value]) => [`h_bucket{job=shop,le=${le}}`, value])),
    'h_sum{job=shop}': sum,
    'h_count{job=shop}': count,
  })
  assert.deepEqual(read(), buckets({ 1: 2, 5: 6, '+Inf': 12 }, 3, 12))
  histogram(3, [2], ['1', '5'])
  assert.deepEqual(read(), buckets({ 2: 1, '+Inf': 6 }, 1.5, 6))
  assert.deepEqual(histogram(4, [2, 3], ['1'])?.refused, new Map([['invalid_distribution', 1]]))
  histogram(5, [], [], 1)
  assert.deepEqual(read(), {})
  const quantileValues = [
    { quantile: 0.5, value: 3 },
    { quantile: 1, value: 8 },
  ]
  otlp.ingest(
    metricsOf({ name: 's', summary: { dataPoints: [{ timeUnixNano: at(1), count: '4', sum: 9, quantileValues }] } }),
  )
  assert.deepEqual(read(), {
    ...{ 's{job=shop,quantile=0.5}': 3, 's{job=shop,quantile=1}': 8 },
    ...{ 's_sum{job=shop}': 9, 's_count{job=shop}': 4 },
  })
})

test('series beyond a limit are refused, those that are there go on, and a histogram is whole or not there', () => {
  const { otlp, read, table } = create({ maxSeries: 4 })
  const send = (second: number, ...names: readonly string[]) =>
    otlp.ingest(
      metricsOf(...names.map((name) => ({ name, gauge: { dataPoints: [{ timeUnixNano: at(second), asInt: '1' }] } }))),
    )
  assert.equal(send(0, 'a', 'b')?.refused.size, 0)
  const point = { timeUnixNano: at(0), count: '3', sum: 2, explicitBounds: [1], bucketCounts: ['1', '2'] }
  const histogram = metricsOf({ name: 'h', histogram: { dataPoints: [point], aggregationTemporality: CUMULATIVE } })
  assert.deepEqual(otlp.ingest(histogram)?.refused, new Map([['series_limit', 1]]))
  assert.deepEqual(Object.keys(read()), ['a{job=shop}', 'b{job=shop}'])
  assert.deepEqual(send(1, 'a', 'b', 'c', 'd', 'e', 'f')?.refused, new Map([['series_limit', 2]]))
  assert.equal(table.store.families.size, 4)
  assert.equal(table.refused.get('series_limit'), 3)
})

test('points that mean nothing are refused alone', () => {
  const { otlp, read, table } = create()
  const point = { timeUnixNano: at(1), asInt: '1' }
  const attributes = Array.from({ length: 200 }, (_, n) => ({ key: `k${n}` }))
  const result = otlp.ingest(
    metricsOf(
      { name: 'no temporality', sum: { dataPoints: [point] } },
      { gauge: { dataPoints: [point, point] } },
      { name: '???', gauge: { dataPoints: [point] } },
      { name: 'no value', gauge: { dataPoints: [{ timeUnixNano: at(1) }] } },
      { name: 'right', gauge: { dataPoints: [point, point] } },
      { name: 'right', histogram: { dataPoints: [point], aggregationTemporality: CUMULATIVE } },
      { name: 'nothing' },
      { name: 'wide', gauge: { dataPoints: [{ ...point, attributes }] } },
    ),
  )
  assert.deepEqual(result, {
    points: 9,
    refused: new Map([
      ...([
        ['no_temporality', 1] as const,
        ['invalid_name', 3] as const,
        ['invalid_distribution', 1] as const,
      ] as const),
      ...([['duplicate', 1] as const, ['type_conflict', 1] as const, ['invalid_attributes', 1] as const] as const),
    ]),
  })
  assert.deepEqual(read(), { 'right{job=shop}': 1 })
  assert.equal(table.store.families.size, 1)
  assert.equal(otlp.ingest(Buffer.from('not protobuf')), undefined)
})

test('what is kept for senders goes with them', () => {
  const { otlp, table, clock, expire } = create()
  for (let index = 0; index < 50; index++) {
    const resource = { attributes: labels({ 'service.name': `job${index}`, 'host.name': 'n' }) }
    const metrics = [{ name: `m${index}`, gauge: { dataPoints: [{ timeUnixNano: at(0), asInt: '1' }] } }]
    otlp.ingest(encodeMetricsRequest({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }))
  }
  otlp.sweep()
  assert.equal(table.store.size, 100)
  assert.ok(table.store.otherBytes > 50_000)
  clock.ms = 700_000
  assert.equal(expire(), 100)
  otlp.sweep()
  assert.deepEqual([table.store.otherBytes, table.store.sources.size, table.store.spellings.size], [0, 0, 0])
})
