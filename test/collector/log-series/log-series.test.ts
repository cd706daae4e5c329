import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectLogs } from '#lib/otlp/validate.ts'
import { createLogSeries } from '../../../collector/log-series/create-log-series.ts'
import { RequestCounts } from '../../../collector/log-series/request-counts.ts'
import { FakeSeriesSink } from '../../support/fake-series-sink.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'

const CONFIG = { enabled: true, instance: 'collector-0', interval: 10_000, max_containers: 1_000, max_age: 3_600_000 }
const LIMITS = { maxRecords: 1_000, maxBytes: 10_000, maxValues: 100 }

interface Records {
  readonly pod?: string
  readonly severities: readonly number[]
  readonly text?: string
}

function requestOf(...sections: readonly Records[]): Buffer {
  return encodeLogsRequest({
    resourceLogs: sections.map(({ pod, severities, text = 'x' }) => ({
      resource: { attributes: pod === undefined ? [] : attributesOf(pod) },
      scopeLogs: [
        { logRecords: severities.map((severityNumber) => ({ severityNumber, body: { stringValue: text } })) },
      ],
    })),
  })
}

function attributesOf(pod: string) {
  const names = {
    'k8s.namespace.name': 'shop',
    'k8s.pod.name': pod,
    'k8s.container.name': 'main',
    'k8s.node.name': 'n1',
  }
  return Object.entries(names).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

function setUp(config: Partial<typeof CONFIG> = {}) {
  const clock = new ManualClock()
  const sink = new FakeSeriesSink()
  const logSeries = createLogSeries({ config: { ...CONFIG, ...config }, clock, hostName: 'host' })
  const publisher = logSeries.createPublisher(sink, { counters: [], histograms: [] })
  const inspect = (request: Buffer) => {
    const counts = new RequestCounts(logSeries.containers!, request)
    return { counts, summary: inspectLogs(request, LIMITS, counts) }
  }
  const take = (...sections: readonly Records[]) => inspect(requestOf(...sections)).counts.commit()
  return { clock, sink, logSeries, publisher, inspect, take }
}

const OWN = 'instance="collector-0",job="vedette-logs"'
const WEB = 'container="main",instance="collector-0",job="vedette-logs"'

test('records and the bytes of their texts count by container and level', async () => {
  const { sink, publisher, take, clock } = setUp()
  take(
    { pod: 'web', severities: [9, 9, 17, 0, 25], text: 'ä'.repeat(100) },
    { severities: [1, 4, 5, 8, 12, 13, 21, 24] },
    { pod: 'web', severities: [17], text: '' },
    { pod: 'db', severities: [] },
  )
  await publisher.publish()
  assert.deepEqual(
    sink.lines(/^logs_bytes_total/),
    [
      `logs_total{${WEB},level="error",namespace="shop",node="n1",pod="web"} 2`,
      `logs_total{${WEB},level="info",namespace="shop",node="n1",pod="web"} 2`,
      `logs_total{${WEB},level="unknown",namespace="shop",node="n1",pod="web"} 2`,
      ...[
        `logs_total{${OWN},level="debug"} 2`,
        `logs_total{${OWN},level="fatal"} 2`,
        `logs_total{${OWN},level="info"} 1`,
      ],
      ...[`logs_total{${OWN},level="trace"} 2`, `logs_total{${OWN},level="warn"} 1`],
    ].sort(),
  )
  const bytes = sink.series.get(`logs_bytes_total{${WEB},level="error",namespace="shop",node="n1",pod="web"}`)!
  assert.equal(bytes.value, 200)
  assert.equal(bytes.startMs, clock.nowMs())
  assert.equal(bytes.family.type, 'counter')
})

test('what is refused does not count, neither a record of a request nor a whole one', async () => {
  const { sink, publisher, inspect } = setUp()
  const { counts, summary } = inspect(
    requestOf({ pod: 'web', severities: [9], text: 'x'.repeat(20_000) }, { pod: 'web', severities: [9], text: 'y' }),
  )
  assert.equal(summary!.refused.size, 1)
  counts.commit()
  inspect(requestOf({ pod: 'db', severities: [9] }))
  await publisher.publish()
  assert.deepEqual(sink.lines(), [
    `logs_bytes_total{${WEB},level="info",namespace="shop",node="n1",pod="web"} 1`,
    `logs_total{${WEB},level="info",namespace="shop",node="n1",pod="web"} 1`,
  ])
})

test('texts of all lengths have the bytes that they have', async () => {
  const { sink, publisher, inspect } = setUp()
  let sum = 0
  for (const length of [1, 126, 127, 128, 129, 16_382, 16_383, 16_384, 16_385, 2_097_150, 2_097_152]) {
    const request = requestOf({ severities: [9], text: 'x'.repeat(length) })
    const { containers } = setUp().logSeries
    const counts = new RequestCounts(containers!, request)
    inspectLogs(request, undefined, counts)
    counts.commit()
    const [only] = containers!.all
    assert.equal(only!.counts[9], length)
    sum += length
  }
  assert.ok(sum > 0)
  inspect(requestOf({ severities: [9], text: '' })).counts.commit()
  await publisher.publish()
  assert.equal(sink.series.get(`logs_bytes_total{${OWN},level="info"}`)!.value, 0)
})

test('beyond the most containers records count together', async () => {
  const { sink, publisher, take, logSeries } = setUp({ max_containers: 2 })
  for (const pod of ['a', 'b', 'c', 'd', 'a', 'c']) take({ pod, severities: [9] })
  await publisher.publish()
  const counts = sink.lines(/^logs_bytes/).map((line) => line.replace(/^.*pod="(.*)"} /, '$1 '))
  assert.deepEqual(counts, ['(other) 3', 'a 2', 'b 1'])
  assert.equal(logSeries.containers!.limited, 3)
})

test('a container of which nothing comes is forgotten, and its series end', async () => {
  const { sink, publisher, take, clock, logSeries } = setUp({ max_age: 60_000 })
  take({ pod: 'a', severities: [9] }, { pod: 'b', severities: [9] })
  await publisher.publish()
  await clock.advance(50_000)
  take({ pod: 'b', severities: [9] })
  await clock.advance(20_000)
  await publisher.publish()
  assert.deepEqual([sink.ended, sink.series.size, logSeries.containers!.size], [2, 2, 1])
  take({ pod: 'a', severities: [9] })
  await publisher.publish()
  const again = sink.series.get(`logs_total{${WEB},level="info",namespace="shop",node="n1",pod="a"}`)!
  assert.deepEqual([again.value, again.startMs], [1, clock.nowMs()])
})

test('counts are published at the interval, and now and then if they did not change', async () => {
  const { sink, publisher, take, clock } = setUp()
  const key = `logs_total{${OWN},level="info"}`
  publisher.start()
  take({ severities: [9] })
  assert.equal(sink.series.size, 0)
  await clock.advance(10_000)
  const firstMs = sink.series.get(key)!.timeMs
  await clock.advance(30_000)
  assert.equal(sink.series.get(key)!.timeMs, firstMs)
  await clock.advance(30_000)
  assert.ok(sink.series.get(key)!.timeMs >= firstMs + 50_000)
  publisher.stop()
})

test('nothing is counted if nobody asks for it', () => {
  assert.equal(
    createLogSeries({ config: { ...CONFIG, enabled: false }, clock: new ManualClock(), hostName: 'h' }).containers,
    undefined,
  )
})
