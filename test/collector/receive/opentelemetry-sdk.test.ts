import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentials } from '@grpc/grpc-js'
import { OTLPLogExporter as GrpcExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import { type CollectorHarness, recordsOf } from '../../support/collector-harness.ts'
import type { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { startCollector } from '../../support/start-collector.ts'

type Options = Record<string, unknown>

/** OpenTelemetry's own exporters, each as a client of one of our transports. */
const EXPORTERS: Readonly<Record<string, (collector: CollectorHarness, options?: Options) => LogRecordExporter>> = {
  'http/protobuf': ({ url }, options) => new ProtoExporter({ url, ...options }),
  'http/json': ({ url }, options) => new JsonExporter({ url, ...options }),
  grpc: ({ pipeline }, options) =>
    new GrpcExporter({ url: pipeline.otlpGrpc.url, credentials: credentials.createInsecure(), ...options }),
}

const TIME: [number, number] = [1_790_000_000, 123_456_789]

function emitAll(exporter: LogRecordExporter, scope = 'shop'): Promise<void> {
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
  const logger = provider.getLogger(scope, '1.2.3')
  const common = { timestamp: TIME, observedTimestamp: TIME }
  logger.emit({ ...common, body: 'plain text, ü and \u0000', severityNumber: 17, severityText: 'ERROR' })
  logger.emit({ ...common, body: { nested: { list: [1, 'two', true, 2.5] } }, eventName: 'shop.sold' })
  logger.emit({
    ...common,
    body: 42,
    attributes: { text: 'x', count: 9_007_199_254_740_991, ratio: 0.5, many: ['a', 'b'] },
  })
  return provider.forceFlush().then(() => provider.shutdown())
}

/** By their bodies. */
function documentsOf(elasticsearch: FakeElasticsearch): unknown[] {
  return elasticsearch.sources().sort((a, b) => JSON.stringify(a.body).localeCompare(JSON.stringify(b.body)))
}

test("OpenTelemetry's exporters, whatever the transport, make the same documents", async (t) => {
  const { elasticsearch, collector } = await startCollector(t)
  const all: unknown[][] = []
  for (const [name, create] of Object.entries(EXPORTERS)) {
    for (const compression of ['none', 'gzip']) {
      elasticsearch.documents.clear()
      await emitAll(create(collector, { compression }))
      await collector.settle()
      const documents = documentsOf(elasticsearch)
      assert.equal(documents.length, 3, name)
      all.push(documents)
    }
  }
  for (const documents of all) assert.deepEqual(documents, all[0])
  const [structured, number, text] = all[0] as Record<string, unknown>[]
  assert.deepEqual(text!.body, { text: 'plain text, ü and \u0000' })
  assert.deepEqual([text!.severity_text, text!.severity_number], ['ERROR', 17])
  assert.equal(text!['@timestamp'], '2026-09-21T14:13:20.123456789Z')
  assert.deepEqual(text!.scope, { name: 'shop', version: '1.2.3' })
  assert.deepEqual(structured!.body, { structured: { nested: { list: [1, 'two', true, 2.5] } } })
  assert.equal(structured!.event_name, 'shop.sold')
  assert.deepEqual(number!.attributes, { text: 'x', count: 9_007_199_254_740_991, ratio: 0.5, many: ['a', 'b'] })
  await collector.account()
})

test('what their exporters were told is safe is there after a restart', async (t) => {
  const { elasticsearch, collector } = await startCollector(t)
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  // Requests that are the same to the byte would be the same records.
  for (const [name, create] of Object.entries(EXPORTERS)) await emitAll(create(collector), name)
  await collector.stop()
  elasticsearch.onBulk = () => undefined
  await collector.start()
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 9)
  assert.equal((await collector.account()).recovered, 9)
})

test('their exporters try again what a full queue turned away', async (t) => {
  const { elasticsearch, collector } = await startCollector(t, ['queue.segment_bytes=64KiB', 'queue.max_bytes=128KiB'])
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  for (let sent = 0; ; sent++) {
    const { status } = await collector.post(recordsOf([`id-${sent}`], (id) => id.padEnd(30_000, '.')))
    if (status === 503) break
  }
  // Fills what is left.
  while ((await collector.post(recordsOf(['small'], (id) => id))).status === 200);
  const before = await collector.metric('requests_refused_total')
  // The one for gRPC does not try again by itself, as those of other languages do.
  const trying = Object.entries(EXPORTERS).filter(([name]) => name !== 'grpc')
  const flushed = Promise.all(trying.map(([name, create]) => emitAll(create(collector), name)))
  while ((await collector.metric('requests_refused_total')) < before + trying.length) await new Promise(setImmediate)
  elasticsearch.onBulk = () => undefined
  await flushed
  await collector.settle()
  const scoped = elasticsearch.sources().filter(({ scope }) => scope !== undefined)
  assert.equal(scoped.length, 3 * trying.length)
  await collector.account()
})

test("traces are refused for good, and OpenTelemetry's exporter says so", async (t) => {
  const { collector } = await startCollector(t)
  const exporter = new OTLPTraceExporter({ url: collector.url.replace('/v1/logs', '/v1/traces') })
  const result = await new Promise<{ code: number; error?: Error }>((resolve) => exporter.export([], resolve))
  await exporter.shutdown()
  assert.equal(result.code, 1)
  assert.equal((result.error as { code?: number } | undefined)?.code, 404)
})
