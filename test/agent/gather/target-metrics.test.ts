import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeLabels } from '../../../agent/gather/labels.ts'
import { TargetMetrics } from '../../../agent/gather/target-metrics.ts'
import { decodeMetrics, pointsOf } from '../../support/gathered-series.ts'
import { decodeMetricsRequest, type ProtoMetric, type ProtoPoint } from '../../support/metrics-proto.ts'

const NOW_MS = 1_790_000_000_123
const USAGE = { name: 'container_cpu_usage_seconds_total', type: 'counter', help: 'CPU time.' } as const
const LATENCY = { name: 'latency_seconds', type: 'histogram', help: '' } as const
const SIZES = { name: 'sizes_bytes', type: 'summary', help: '' } as const

function create() {
  return new TargetMetrics({ job: 'cadvisor', instance: '10.0.0.1:10250', node: 'node-1' }, '1.2.3')
}

const metricsOf = (requests: readonly { body: Buffer }[]) =>
  new Map(decodeMetrics(requests).map((metric) => [metric.name, metric]))

/** The only point of a metric. */
function pointOf(metrics: ReadonlyMap<string | undefined, ProtoMetric>, name: string): ProtoPoint {
  const points = pointsOf(metrics.get(name)!)
  assert.equal(points.length, 1)
  return points[0]!
}

describe('TargetMetrics', () => {
  it('writes what protobufjs reads', () => {
    const metrics = create()
    metrics.begin(NOW_MS)
    const labels = encodeLabels([['pod', 'api-1']])
    metrics.family(USAGE).number(labels, 1.5, NOW_MS - 1_000)
    metrics
      .family(LATENCY)
      .histogram(
        encodeLabels([['path', '/']], 'histogram'),
        { count: 3, sum: 0.75, bounds: [0.1, 0.5], bucketCounts: [1, 1, 1] },
        NOW_MS - 5_000,
      )
    const quantiles = [
      { quantile: 0.5, value: 10 },
      { quantile: 0.99, value: 2 ** 60 },
    ]
    metrics.family(SIZES).summary(labels, { count: 2 ** 40, sum: 7, quantiles })
    const requests = metrics.end({ isUp: true, durationMs: 250 })
    assert.equal(requests.length, 1)
    const { resource } = decodeMetricsRequest(requests[0]!.body).resourceMetrics[0]!
    assert.deepEqual(
      resource?.attributes?.map(({ key, value }) => [key, value?.stringValue]),
      [
        ['service.name', 'cadvisor'],
        ['service.instance.id', '10.0.0.1:10250'],
        ['k8s.node.name', 'node-1'],
      ],
    )
    const byName = metricsOf(requests)
    const pod = [{ key: 'pod', value: { stringValue: 'api-1' } }]
    const timeUnixNano = '1790000000123000000'
    assert.deepEqual(byName.get(USAGE.name), {
      name: USAGE.name,
      description: 'CPU time.',
      metadata: [{ key: 'prometheus.type', value: { stringValue: 'counter' } }],
      sum: {
        dataPoints: [{ startTimeUnixNano: '1789999999123000000', timeUnixNano, asDouble: 1.5, attributes: pod }],
        aggregationTemporality: 2,
        isMonotonic: true,
      },
    })
    assert.deepEqual(byName.get(LATENCY.name)?.histogram, {
      dataPoints: [
        {
          ...{ startTimeUnixNano: '1789999995123000000', timeUnixNano, count: '3', sum: 0.75 },
          ...{ bucketCounts: ['1', '1', '1'], explicitBounds: [0.1, 0.5] },
          attributes: [{ key: 'path', value: { stringValue: '/' } }],
        },
      ],
      aggregationTemporality: 2,
    })
    assert.deepEqual(byName.get(SIZES.name)?.summary, {
      dataPoints: [{ timeUnixNano, count: String(2 ** 40), sum: 7, quantileValues: quantiles, attributes: pod }],
    })
    assert.equal(pointOf(byName, 'up').asDouble, 1)
    assert.equal(pointOf(byName, 'scrape_samples_scraped').asDouble, 3)
    assert.equal(pointOf(byName, 'scrape_duration_seconds').asDouble, 0.25)
  })

  it('says once that a series has ended', () => {
    const metrics = create()
    const staying = encodeLabels([['pod', 'a']])
    const leaving = encodeLabels([['pod', 'b']])
    metrics.begin(NOW_MS)
    for (const labels of [staying, leaving]) metrics.family(USAGE).number(labels, 1)
    metrics.end({ isUp: true, durationMs: 0 })
    const flagsOf = (requests: readonly { body: Buffer }[]) =>
      pointsOf(metricsOf(requests).get(USAGE.name)!).map(({ flags = 0, asDouble }) => [asDouble, flags])
    metrics.begin(NOW_MS + 10_000)
    metrics.family(USAGE).number(staying, 2)
    assert.deepEqual(flagsOf(metrics.end({ isUp: true, durationMs: 0 })), [
      [2, 0],
      [undefined, 1],
    ])
    metrics.begin(NOW_MS + 20_000)
    metrics.family(USAGE).number(staying, 3)
    assert.deepEqual(flagsOf(metrics.end({ isUp: true, durationMs: 0 })), [[3, 0]])
    const last = metrics.close(NOW_MS + 30_000)
    assert.deepEqual(flagsOf(last), [[undefined, 1]])
    assert.equal(pointOf(metricsOf(last), 'up').flags, 1)
    assert.equal(metrics.series, 0)
  })

  it('says why a target is not up, and ends what it had', () => {
    const metrics = create()
    metrics.begin(NOW_MS)
    metrics.family(USAGE).number(encodeLabels([['pod', 'a']]), 1)
    metrics.end({ isUp: true, durationMs: 0 })
    metrics.begin(NOW_MS + 10_000)
    const byName = metricsOf(metrics.end({ isUp: false, durationMs: 0, error: 'connection refused' }))
    assert.equal(pointOf(byName, 'up').asDouble, 0)
    assert.deepEqual(byName.get('up')?.metadata?.[1], {
      key: 'vedette.scrape.error',
      value: { stringValue: 'connection refused' },
    })
    assert.equal(pointOf(byName, USAGE.name).flags, 1)
    assert.equal(pointOf(byName, 'scrape_samples_scraped').asDouble, 0)
  })

  it('sends no more than the beginning of a long error', () => {
    const metrics = create()
    metrics.begin(NOW_MS)
    const byName = metricsOf(metrics.end({ isUp: false, durationMs: 0, error: 'é'.repeat(10_000) }))
    assert.deepEqual(byName.get('up')?.metadata?.[1]?.value, { stringValue: 'é'.repeat(500) })
  })

  it('splits what is large', () => {
    const metrics = create()
    metrics.begin(NOW_MS)
    for (let family = 0; family < 40; family++) {
      const points = metrics.family({ name: `family_${family}`, type: 'gauge', help: '' })
      for (let pod = 0; pod < 1_000; pod++) points.number(encodeLabels([['pod', `pod-${pod}`]]), pod)
    }
    const requests = metrics.end({ isUp: true, durationMs: 0 })
    assert.ok(requests.length > 1)
    assert.equal(metricsOf(requests).size, 43)
    assert.equal(
      requests.reduce((sum, { points }) => sum + points, 0),
      40_003,
    )
  })
})
