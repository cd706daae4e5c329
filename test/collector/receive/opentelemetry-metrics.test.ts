import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentials } from '@grpc/grpc-js'
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter as JsonExporter,
} from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import type { SeriesTable } from '../../../collector/series/series-table.ts'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { seriesOf } from '../../support/series-table.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

type Options = Record<string, unknown>

const EXPORTERS: Readonly<Record<string, (collector: CollectorHarness, options: Options) => PushMetricExporter>> = {
  'http/protobuf': ({ url }, options) => new ProtoExporter({ url: url.replace('logs', 'metrics'), ...options }),
  'http/json': ({ url }, options) => new JsonExporter({ url: url.replace('logs', 'metrics'), ...options }),
  grpc: ({ pipeline }, options) =>
    new GrpcExporter({ url: pipeline.otlpGrpc.url, credentials: credentials.createInsecure(), ...options }),
}

/** Two exports of an instrument of each kind. */
async function record(exporter: PushMetricExporter): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 })
  const options = { recordMinMax: true, maxSize: 160 }
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM, options } as const
  const provider = new MeterProvider({ readers: [reader], views: [{ instrumentName: 'sizes', aggregation }] })
  const meter = provider.getMeter('shop', '1.2.3')
  const requests = meter.createCounter('requests', { unit: '1', description: 'Requests.' })
  const depth = meter.createGauge('depth')
  const seconds = meter.createHistogram('seconds', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1] } })
  const sizes = meter.createHistogram('sizes', { unit: 'By' })
  for (let turn = 1; turn <= 2; turn++) {
    requests.add(5, { code: '200', path: '/' })
    depth.record(turn / 2)
    seconds.record(0.5)
    sizes.record(1_024 * turn)
    await provider.forceFlush()
  }
  await provider.shutdown()
}

/** Values by name and the labels that are not about the process. */
function read(table: SeriesTable): Record<string, number> {
  const entries = [...seriesOf(table)].map(([line, value]) => [
    line
      .replace(/,?job=[^,}]*/, '')
      .replace('{,', '{')
      .replace('{}', ''),
    value,
  ])
  return Object.fromEntries(entries) as Record<string, number>
}

test("OpenTelemetry's exporters, by whatever transport and temporality, make the same samples", async (t) => {
  for (const [name, create] of Object.entries(EXPORTERS)) {
    for (const temporalityPreference of [
      AggregationTemporalityPreference.CUMULATIVE,
      AggregationTemporalityPreference.DELTA,
    ]) {
      const collector = new CollectorHarness(temporaryDirectory(t), 'http://127.0.0.1:1')
      await collector.start()
      try {
        const isDelta = temporalityPreference === AggregationTemporalityPreference.DELTA
        await record(create(collector, { temporalityPreference, compression: isDelta ? 'gzip' : 'none' }))
        const which = `${name}, ${isDelta ? 'delta' : 'cumulative'}`
        const { series } = collector.pipeline
        const { target_info: _, ...values } = Object.fromEntries(
          Object.entries(read(series)).map(([line, value]) => [
            line.startsWith('target_info') ? 'target_info' : line,
            value,
          ]),
        )
        const sizes = Object.entries(values).filter(([line]) => line.startsWith('sizes'))
        assert.deepEqual(
          Object.fromEntries(Object.entries(values).filter(([line]) => !line.startsWith('sizes'))),
          {
            ...{ 'requests_total{code=200,path=/}': 10, depth: 1 },
            ...{ 'seconds_bucket{le=0.1}': 0, 'seconds_bucket{le=1}': 2, 'seconds_bucket{le=+Inf}': 2 },
            ...{ seconds_sum: 1, seconds_count: 2 },
          },
          which,
        )
        assert.deepEqual(
          [values['sizes_bytes_bucket{le=+Inf}'], values.sizes_bytes_sum, values.sizes_bytes_count],
          [2, 3_072, 2],
        )
        const bounds = sizes
          .map(([line, value]) => [Number(/le=([\d.]+)}/.exec(line)?.[1]), value] as const)
          .filter(([bound]) => !Number.isNaN(bound))
        assert.ok(bounds.length <= 41, which)
        for (const [bound, value] of bounds) {
          // Its bounds are about powers of two; values are at most their bucket's bound.
          const below = [1_024, 2_048].filter((size) => size <= bound * 1.000001).length
          assert.equal(value, below, `${which} ${bound}`)
        }
        assert.equal(series.store.families.byName('requests_total')?.spec.help, 'Requests.')
        // Two exports, and the one at the end.
        assert.ok((await collector.metric('metric_points_received_total')) >= 8)
      } finally {
        await collector.stop()
      }
    }
  }
})

test('what there is no room for is a partial success, in the form of each encoding', async (t) => {
  const collector = new CollectorHarness(temporaryDirectory(t), 'http://127.0.0.1:1', ['metrics.max_series=1'])
  await collector.start()
  t.after(() => collector.stop())
  const url = collector.url.replace('logs', 'metrics')
  const dataPoints = [{ timeUnixNano: '1', asInt: '9223372036854775807' }]
  const metrics = ['a', 'b', 'c'].map((name) => ({ name, gauge: { dataPoints } }))
  const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  assert.equal(response.status, 200)
  const { partialSuccess } = (await response.json()) as { partialSuccess: Record<string, string> }
  assert.equal(partialSuccess.rejectedDataPoints, '2')
  assert.match(partialSuccess.errorMessage!, /2 of new series/)
  assert.deepEqual([...seriesOf(collector.pipeline.series)], [['a', 2 ** 63]])
  const malformed = await fetch(url, {
    method: 'POST',
    body: 'x',
    headers: { 'content-type': 'application/x-protobuf' },
  })
  assert.equal(malformed.status, 400)
  assert.equal(await collector.metric('metric_points_rejected_total'), 2)
})
