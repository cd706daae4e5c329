import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogSeries } from '../../../collector/log-series/create-log-series.ts'
import type { HistogramSpec } from '../../../collector/shape/metric-config.ts'
import { Shaping } from '../../../collector/shape/shaping.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FakeSeriesSink } from '../../support/fake-series-sink.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { shapeConfig } from '../../support/shape-config.ts'

const SPEC: HistogramSpec = {
  ...{ name: 'request_seconds', help: 'h', containers: [], resource: {}, attributes: {} },
  ...{ labels: {}, scale: 1, buckets: [1, 0.1, 10] },
}

function requestOf(texts: readonly string[], took: readonly (number | string)[] = []): Buffer {
  const attributes = Object.entries({ 'k8s.pod.name': 'web-1', 'k8s.pod.label.app': 'shop' })
  return encodeLogsRequest({
    resourceLogs: [
      {
        resource: { attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })) },
        scopeLogs: [
          {
            logRecords: texts.map((stringValue, index) => ({
              body: { stringValue },
              attributes: took.slice(index, index + 1).map((value) => ({ key: 'took', value: anyValueOf(value) })),
            })),
          },
        ],
      },
    ],
  })
}

function anyValueOf(value: number | string) {
  return typeof value === 'number' ? { doubleValue: value } : { stringValue: value }
}

/** What is published of requests that were delivered. */
async function publishedOf(config: Parameters<typeof shapeConfig>[0], ...requests: readonly Buffer[]) {
  const { events } = collectorEvents()
  const clock = new ManualClock()
  const shaping = new Shaping(shapeConfig(config), { dataset: 'x', namespace: 'y' }, events)
  const sink = new FakeSeriesSink()
  const logs = { enabled: false, instance: 'c0', interval: 1_000, max_containers: 1, max_age: 1_000 }
  const publisher = createLogSeries({ config: logs, clock, hostName: 'h' }).createPublisher(sink, shaping)
  for (const request of requests) shaping.shape(request, 1)!.tally.report(events)
  await publisher.publish()
  return { sink, shaping, publisher, clock }
}

const OWN = 'instance="c0",job="vedette-logs"'

function linesOf(buckets: readonly (readonly [le: string, count: number])[], sum: number, labels = ''): string[] {
  const count = buckets.at(-1)![1]
  return [
    ...buckets.map(([le, within]) => `request_seconds_bucket{${OWN},le="${le}"${labels}} ${within}`),
    `request_seconds_count{${OWN}${labels}} ${count}`,
    `request_seconds_sum{${OWN}${labels}} ${sum}`,
  ].sort((one, other) => (one < other ? -1 : 1))
}

test('numbers of an attribute are put into buckets, with labels of the pod', async () => {
  const histogram = { ...SPEC, value: 'attribute:took', labels: { pod: 'pod', zone_app: 'label:app' } }
  const took = [0.1, 0.11, 1, 5, '7.5', 100, 'many', '', 'NaN']
  const request = requestOf(took.map(String), took)
  const { sink, shaping } = await publishedOf({ histograms: [histogram] }, request, requestOf(['x']))
  const labels = ',pod="web-1",zone_app="shop"'
  const buckets = [['0.1', 1] as const, ['1', 3] as const, ['10', 5] as const, ['+Inf', 6] as const]
  assert.deepEqual(sink.lines(), linesOf(buckets, 0.1 + 0.11 + 1 + 5 + 7.5 + 100, labels))
  assert.equal(shaping.histograms[0]!.invalid, 4)
})

test('numbers are taken from a key of a JSON text, and scaled', async () => {
  const histogram = { ...SPEC, value: 'json:http.took_ms', scale: 0.001 }
  const texts = [
    '{"http":{"took_ms":50}}',
    ' {"http":{"took_ms":"2500"}} ',
    '{"http":5}',
    '{"http":{"took_ms":{}}}',
    '{',
    '[]',
  ]
  const { sink, shaping } = await publishedOf({ histograms: [histogram] }, requestOf(texts))
  const buckets = [['0.1', 1] as const, ['1', 1] as const, ['10', 2] as const, ['+Inf', 2] as const]
  assert.deepEqual(sink.lines(), linesOf(buckets, 2.55))
  assert.equal(shaping.histograms[0]!.invalid, 4)
})

test('numbers are taken from the first group of a pattern, of records that a rule drops too', async () => {
  const histogram = { ...SPEC, contains: 'took', pattern: 'took=([0-9.]+)s' }
  const drop = { containers: [], resource: {}, attributes: {}, contains: 'x', action: 'drop' as const }
  const texts = ['x took=0.5s', 'took=20s', 'took=.s', 'no number took', 'other']
  const { sink, shaping } = await publishedOf({ histograms: [histogram], rules: [drop] }, requestOf(texts))
  const buckets = [['0.1', 0] as const, ['1', 1] as const, ['10', 1] as const, ['+Inf', 2] as const]
  assert.deepEqual(sink.lines(), linesOf(buckets, 20.5))
  assert.equal(shaping.histograms[0]!.invalid, 2)
})

test('beyond the limit of series values count together', async () => {
  const histogram = { ...SPEC, value: 'attribute:took', labels: { text: 'json:a' } }
  const texts = Array.from({ length: 30 }, (_, index) => `{"a":${index}}`)
  const { sink, shaping } = await publishedOf(
    { histograms: [histogram] },
    requestOf(
      texts,
      texts.map(() => 1),
    ),
  )
  assert.equal(shaping.histograms[0]!.rows.limited, 20)
  assert.equal(sink.series.get(`request_seconds_count{${OWN},text="(other)"}`)!.value, 20)
  assert.equal(sink.series.size, 11 * 6)
})

test('metrics are published with the time since when they count, and again now and then', async () => {
  const counter = { ...SPEC, name: 'lines_total' }
  const { sink, publisher, clock } = await publishedOf({ counters: [counter] }, requestOf(['a', 'b']))
  const series = sink.series.get(`lines_total{${OWN}}`)!
  assert.deepEqual([series.value, series.startMs, series.family.type], [2, clock.nowMs(), 'counter'])
  const firstMs = series.timeMs
  await clock.advance(30_000)
  await publisher.publish()
  assert.equal(sink.series.get(`lines_total{${OWN}}`)!.timeMs, firstMs)
  await clock.advance(30_000)
  await publisher.publish()
  assert.equal(sink.series.get(`lines_total{${OWN}}`)!.timeMs, firstMs + 60_000)
})
