import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { compress } from 'snappyjs'
import { createWebServer } from '#lib/http/server.ts'
import { InFlightBytes } from '../../../../collector/receive/in-flight.ts'
import { ReceiveStats } from '../../../../collector/receive/stats.ts'
import { PROTOCOL_HEADERS } from '../../../../collector/remote-write/protocol.ts'
import { remoteWriteRoutes } from '../../../../collector/remote-write/receive/routes.ts'
import { WriteIntake } from '../../../../collector/remote-write/receive/write-intake.ts'
import { collectorEvents } from '../../../support/collector-events.ts'
import { RecordingSink } from '../../../support/recording-sink.ts'
import { bitsOf } from '../../../support/remote-write-proto.ts'
import { encodeV1, encodeV2 } from '../../../support/remote-write-requests.ts'

const LIMIT = 100_000
const sample = (name: string) => ({ labels: { __name__: name }, samples: [{ bits: bitsOf(1), timeMs: Date.now() }] })

async function serve(t: TestContext) {
  const { events, count } = collectorEvents()
  const sink = new RecordingSink()
  const stats = new ReceiveStats()
  const inFlight = new InFlightBytes(LIMIT)
  const intake = new WriteIntake({ sink, events, stats, nowMs: () => Date.now() })
  const server = createWebServer({
    name: 'test',
    listenAddress: '127.0.0.1:0',
    routes: remoteWriteRoutes({ intake, inFlight, events, maxRequestBytes: LIMIT, processId: 'me' }),
  })
  await server.start!()
  t.after(() => server.stop!(AbortSignal.timeout(1_000)))
  const post = (body: Buffer, headers: Readonly<Record<string, string>> = {}, path = '/api/v1/write') =>
    fetch(server.url + path, {
      method: 'POST',
      body: new Uint8Array(compress(body)),
      headers: { ...PROTOCOL_HEADERS['1.0'], ...headers },
    })
  return { sink, stats, inFlight, count, post, url: server.url }
}

test('requests of 1.0 and 2.0 are taken, at both paths', async (t) => {
  const { sink, post, stats, inFlight } = await serve(t)
  assert.equal((await post(encodeV1([sample('a')]))).status, 204)
  assert.equal((await post(encodeV1([sample('b')]), {}, '/api/v1/push')).status, 204)
  assert.equal(
    (await post(encodeV1([sample('c')]), { 'content-type': 'application/x-protobuf;proto=prometheus.WriteRequest' }))
      .status,
    204,
  )
  const second = await post(encodeV2([sample('d'), sample('e')]), PROTOCOL_HEADERS['2.0'])
  assert.equal(second.status, 204)
  assert.equal(second.headers.get('x-prometheus-remote-write-samples-written'), '2')
  assert.equal(second.headers.get('x-prometheus-remote-write-histograms-written'), '0')
  assert.equal(second.headers.get('x-prometheus-remote-write-exemplars-written'), '0')
  assert.deepEqual(
    sink.samples.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  )
  const { value } = stats.requests.find(({ labels }) => labels.transport === 'remote_write')!
  assert.equal(value, 4)
  assert.equal(inFlight.bytes, 0)
})

test('what cannot be taken is told, and what is taken beside it', async (t) => {
  const { sink, post } = await serve(t)
  const answer = await post(encodeV2([sample('a'), { ...sample('b'), labels: {} }]), PROTOCOL_HEADERS['2.0'])
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('x-prometheus-remote-write-samples-written'), '1')
  assert.equal(await answer.text(), 'samples were refused: 1 with invalid labels; the others were taken\n')
  assert.equal(sink.samples.length, 1)
})

test('requests that are refused, and how', async (t) => {
  const { sink, post, url, count, inFlight } = await serve(t)
  const body = encodeV1([sample('a')])
  const cases: readonly [number, Promise<Response>][] = [
    [415, post(body, { 'content-type': 'application/json' })],
    [415, post(body, { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v3.Request' })],
    [400, post(Buffer.from([0xff, 0xff]))],
    [400, post(body, { 'content-encoding': 'gzip' })],
    [400, post(body, { 'content-encoding': 'br' })],
    [413, post(Buffer.alloc(2 * LIMIT))],
    [403, post(body, { origin: 'http://evil.example' })],
    [400, post(body, { 'x-vedette-process': 'me' })],
    [405, fetch(`${url}/api/v1/write`)],
  ]
  for (const [index, [status, answer]] of cases.entries()) assert.equal((await answer).status, status, String(index))
  assert.equal(sink.samples.length, 0)
  assert.equal(await count('requests_refused_total'), 8)
  const other = {}
  inFlight.hold(other, LIMIT)
  const busy = await post(body)
  assert.equal(busy.status, 429)
  assert.equal(busy.headers.get('retry-after'), '5')
  inFlight.release(other)
  assert.equal((await post(body)).status, 204)
})
