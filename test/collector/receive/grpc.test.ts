import assert from 'node:assert/strict'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { status } from '@grpc/grpc-js'
import { decodePartialSuccess } from '#lib/otlp/responses.ts'
import { CollectorHarness, recordsOf } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { GrpcClient } from '../../support/grpc-client.ts'
import { encodeLogsRequest, Status } from '../../support/otlp-proto.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const request = recordsOf(['a', 'b'], (id) => `text of ${id}`)

async function start(t: TestContext, settings: readonly string[] = []) {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), settings)
  await collector.start()
  const { url } = collector.pipeline.otlpGrpc
  const client = new GrpcClient(url)
  t.after(async () => {
    client.close()
    await collector.stop()
    await elasticsearch.stop()
  })
  return { elasticsearch, collector, client, url }
}

/** Whether the details of a status say that, and when, to try again. */
function retrySeconds(details: Buffer | undefined): number | undefined {
  if (details === undefined) return undefined
  const decoded = Status.toObject(Status.decode(details)) as { details: { typeUrl: string; value: Uint8Array }[] }
  const [info] = decoded.details
  assert.equal(info?.typeUrl, 'type.googleapis.com/google.rpc.RetryInfo')
  // RetryInfo{retry_delay 1: Duration{seconds 1}}
  const [field, length, seconds, value] = info?.value ?? []
  assert.deepEqual([field, length, seconds], [0x0a, 2, 0x08])
  return value
}

test('logs arrive, plain and by gzip', async (t) => {
  const { elasticsearch, collector, client, url } = await start(t)
  const zipping = new GrpcClient(url, { 'grpc.default_compression_algorithm': 2 })
  t.after(() => zipping.close())
  assert.deepEqual(await client.export(request), { code: 0, message: '', body: Buffer.alloc(0), details: undefined })
  assert.equal((await zipping.export(recordsOf(['c'], (id) => id.repeat(5_000)))).code, status.OK)
  assert.equal((await client.export(Buffer.alloc(0))).code, status.OK)
  await collector.settle()
  const texts = elasticsearch.sources().map(({ body }) => (body as { text: string }).text)
  assert.deepEqual(texts, ['text of a', 'text of b', 'c'.repeat(5_000)])
  assert.equal((await collector.account()).received, 3)
  assert.equal(await collector.metric('requests_received_total'), 3)
  assert.equal(collector.pipeline.inFlight.bytes, 0)
})

test('what is wrong has the status that OTLP gives it', async (t) => {
  const { collector, client } = await start(t, ['otlp.max_request_bytes=100KiB', 'otlp.max_record_bytes=1KiB'])
  const malformed = await client.export(Buffer.from('not protobuf'))
  assert.deepEqual([malformed.code, malformed.details], [status.INVALID_ARGUMENT, undefined])
  const large = await client.export(Buffer.alloc(200_000))
  assert.deepEqual([large.code, large.details], [status.RESOURCE_EXHAUSTED, undefined], large.message)
  for (const service of ['trace.v1.TraceService', 'profiles.v1development.ProfilesService']) {
    const { code, message } = await client.export(request, service)
    assert.equal(code, status.UNIMPLEMENTED)
    assert.match(message, /does not receive/)
  }
  assert.equal((await client.export(request, 'unknown.v1.UnknownService')).code, status.UNIMPLEMENTED)
  const logRecords = [{ body: { stringValue: 'x'.repeat(2_000) } }, { body: { stringValue: 'small' } }]
  const partial = await client.export(encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))
  assert.equal(partial.code, status.OK)
  assert.equal(decodePartialSuccess(partial.body).rejected, 1)
  assert.equal(await collector.metric('requests_refused_total'), 4)
  assert.equal((await collector.account()).received, 1)
})

test('a full queue is UNAVAILABLE with the time to wait; with too much under way the resource is exhausted', async (t) => {
  const { elasticsearch, collector, client, url } = await start(t, [
    'queue.segment_bytes=64KiB',
    'queue.max_bytes=128KiB',
    'otlp.max_in_flight_bytes=256KiB',
  ])
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  for (let sent = 0; ; sent++) {
    const { code, details } = await client.export(recordsOf([`id-${sent}`], (id) => id.padEnd(20_000, '.')))
    if (code === status.OK) continue
    assert.deepEqual([code, retrySeconds(details)], [status.UNAVAILABLE, 5])
    break
  }
  const other = new GrpcClient(url)
  t.after(() => other.close())
  const large = recordsOf(['large'], () => 'x'.repeat(200_000))
  const slow = await Slow.open(t, url, large.length, large.subarray(0, 150_000))
  while (collector.pipeline.inFlight.bytes < 150_000) await new Promise(setImmediate)
  const { code, details } = await other.export(large)
  assert.deepEqual([code, retrySeconds(details)], [status.RESOURCE_EXHAUSTED, 5])
  slow.stream.close()
  while (collector.pipeline.inFlight.bytes > 0) await new Promise(setImmediate)
  elasticsearch.onBulk = () => undefined
  await collector.settle()
})

/** A call of which the message is begun and never ended. */
class Slow {
  readonly stream: ClientHttp2Stream
  readonly trailers: Promise<Record<string, unknown>>

  private constructor(session: ClientHttp2Session, declared: number, begin: Buffer, encoding: string) {
    this.stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-encoding': encoding,
    })
    this.stream.on('error', () => {})
    this.trailers = new Promise((resolve) => this.stream.once('response', resolve))
    const prefix = Buffer.alloc(5)
    prefix[0] = encoding === 'identity' ? 0 : 1
    prefix.writeUInt32BE(declared, 1)
    this.stream.write(Buffer.concat([prefix, begin]))
  }

  static async open(
    t: TestContext,
    url: string,
    declared: number,
    begin: Buffer,
    encoding = 'identity',
  ): Promise<Slow> {
    const session = connect(url)
    session.on('error', () => {})
    t.after(() => session.destroy())
    await new Promise((resolve) => session.once('connect', resolve))
    return new Slow(session, declared, begin, encoding)
  }
}

test('slow and lying clients are told so and cut off; their neighbours do not notice', async (t) => {
  const { collector, client, url } = await start(t, ['otlp.grpc.request_timeout=500ms', 'otlp.max_request_bytes=1MiB'])
  const slow = await Slow.open(t, url, 1_000, Buffer.from('a few'))
  const lying = await Slow.open(t, url, 0xffff_ffff, Buffer.alloc(0))
  assert.equal((await lying.trailers)['grpc-status'], String(status.RESOURCE_EXHAUSTED))
  const endless = await Slow.open(t, url, request.length, request)
  assert.equal((await client.export(request)).code, status.OK)
  for (const { trailers } of [slow, endless]) {
    const answer = await trailers
    assert.equal(answer['grpc-status'], String(status.DEADLINE_EXCEEDED))
    assert.match(String(answer['grpc-message']), /did%20not%20arrive|did not arrive/)
  }
  while (collector.pipeline.inFlight.bytes > 0) await new Promise(setImmediate)
  assert.equal((await client.export(request)).code, status.OK)
})

test('bombs and garbage in place of gzip are refused, other encodings taken', async (t) => {
  const { collector, client, url } = await start(t, ['otlp.max_request_bytes=1MiB'])
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  for (const [body, encoding, code] of [
    [bomb, 'gzip', status.RESOURCE_EXHAUSTED],
    [Buffer.from('no gzip'), 'gzip', status.INVALID_ARGUMENT],
    [request, 'br', status.UNIMPLEMENTED],
    [zstdCompressSync(request), 'zstd', status.OK],
  ] as const) {
    const { stream, trailers } = await Slow.open(t, url, body.length, body, encoding)
    stream.end()
    const last = new Promise<Record<string, unknown>>((resolve) => stream.once('trailers', resolve))
    stream.resume()
    const answer = await (code === status.OK ? last : trailers)
    assert.equal(answer['grpc-status'], String(code), encoding)
  }
  assert.equal((await client.export(request)).code, status.OK)
  await collector.settle()
  assert.deepEqual((await collector.account()).received, 4)
})

test('a call that is under way when the collector stops is answered', async (t) => {
  const { elasticsearch, collector, client } = await start(t)
  const answers = Array.from({ length: 20 }, (_, index) => client.export(recordsOf([`id-${index}`], (id) => id)))
  const first = await answers[0]!
  assert.equal(first.code, status.OK)
  await collector.stop()
  const codes = (await Promise.all(answers)).map(({ code }) => code)
  assert.ok(codes.every((code) => code === status.OK || code === status.UNAVAILABLE))
  await collector.start()
  await collector.settle()
  assert.ok(elasticsearch.documents.size >= codes.filter((code) => code === status.OK).length)
})
