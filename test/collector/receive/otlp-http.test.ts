import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { compress } from 'snappyjs'
import { decodeStatusMessage } from '#lib/otlp/responses.ts'
import { recordsOf } from '../../support/collector-harness.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { snappyFrames } from '../../support/snappy.ts'
import { startCollector } from '../../support/start-collector.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const request = recordsOf(['a', 'b'], (id) => `text of ${id}`)
const json = Buffer.from(
  JSON.stringify({
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: ['a', 'b'].map((id) => ({
              timeUnixNano: '1790000000000000001',
              body: { stringValue: `text of ${id}` },
              attributes: [{ key: 'log.record.uid', value: { stringValue: id } }],
            })),
          },
        ],
      },
    ],
  }),
)

/** The answer's status and text, after checking that an error is a google.rpc.Status in the type of the request. */
async function told(response: Response): Promise<{ status: number; message: string }> {
  const { status } = response
  const body = Buffer.from(await response.arrayBuffer())
  assert.notEqual(status, 500)
  assert.equal(response.headers.has('retry-after'), status === 429 || status === 503)
  const type = response.headers.get('content-type') ?? ''
  if (status < 300) return { status, message: body.toString() }
  const message = type.startsWith(JSON_TYPE)
    ? (JSON.parse(body.toString()) as { message: string }).message
    : decodeStatusMessage(body)
  assert.ok(message.length > 0)
  return { status, message }
}

const ENCODINGS = {
  identity: (body: Buffer) => body,
  gzip: (body: Buffer) => gzipSync(body),
  zstd: (body: Buffer) => zstdCompressSync(body),
  deflate: (body: Buffer) => deflateSync(body),
  zlib: (body: Buffer) => deflateSync(body),
  snappy: (body: Buffer) => compress(body),
  ' Snappy': (body: Buffer) => snappyFrames(body),
  'x-snappy-framed': (body: Buffer) => snappyFrames(body),
}

test('protobuf and JSON, in every encoding, arrive', async (t) => {
  const { elasticsearch, collector } = await startCollector(t)
  for (const [type, body] of [
    [PROTOBUF, request],
    [`${PROTOBUF}; proto=x`, request],
    [JSON_TYPE, json],
    ['Application/JSON; charset=utf-8', json],
  ] as const) {
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      elasticsearch.documents.clear()
      const response = await collector.post(encode(body), { 'content-type': type, 'content-encoding': encoding })
      const isJson = type.toLowerCase().startsWith(JSON_TYPE)
      assert.ok(response.headers.get('content-type')?.startsWith(isJson ? JSON_TYPE : PROTOBUF))
      assert.deepEqual(await told(response), { status: 200, message: isJson ? '{}' : '' })
      await collector.settle()
      assert.equal(elasticsearch.documents.size, 2)
      const texts = elasticsearch.sources().map(({ body }) => (body as { text: string }).text)
      assert.deepEqual(texts, ['text of a', 'text of b'])
    }
  }
  await collector.account()
})

test('an empty request is a success', async (t) => {
  const { collector } = await startCollector(t)
  assert.equal((await told(await collector.post(Buffer.alloc(0)))).status, 200)
  assert.equal((await told(await collector.post(Buffer.from('{}'), { 'content-type': JSON_TYPE }))).status, 200)
  const empty = encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords: [] }] }] })
  assert.equal((await told(await collector.post(empty))).status, 200)
  assert.equal((await collector.account()).received, 0)
})

const bomb = Buffer.alloc(3_000_000)
const REFUSED: readonly (readonly [string, Buffer, Record<string, string>, number, RegExp])[] = [
  ['text', request, { 'content-type': 'text/plain' }, 415, /text\/plain is not supported; send application/],
  ['a type that begins like JSON', request, { 'content-type': 'application/jsonl' }, 415, /not supported/],
  [
    'an unknown encoding',
    request,
    { 'content-encoding': 'br' },
    400,
    /unsupported Content-Encoding br; send one of identity/,
  ],
  ['no protobuf', Buffer.from('not protobuf'), {}, 400, /not a valid ExportLogsServiceRequest/],
  ['protobuf that breaks off', request.subarray(0, -1), {}, 400, /not a valid/],
  ['no JSON', Buffer.from('{"resourceLogs":['), { 'content-type': JSON_TYPE }, 400, /JSON/],
  ['empty JSON', Buffer.alloc(0), { 'content-type': JSON_TYPE }, 400, /JSON/],
  ['a JSON array', Buffer.from('[]'), { 'content-type': JSON_TYPE }, 400, /not a JSON object/],
  ['JSON of another shape', Buffer.from('{"resourceLogs":1}'), { 'content-type': JSON_TYPE }, 400, /resourceLogs/],
  ['deep JSON', Buffer.from('['.repeat(90_000)), { 'content-type': JSON_TYPE }, 400, /./],
  ['no gzip', request, { 'content-encoding': 'gzip' }, 400, /not valid gzip/],
  ['gzip that breaks off', gzipSync(request).subarray(0, -9), { 'content-encoding': 'gzip' }, 400, /not valid gzip/],
  ['no zstd', request, { 'content-encoding': 'zstd' }, 400, /not valid zstd/],
  ['no snappy', Buffer.from([1]), { 'content-encoding': 'snappy' }, 400, /not valid snappy/],
  ['no frames', compress(request), { 'content-encoding': 'x-snappy-framed' }, 400, /not valid x-snappy-framed/],
  ['a name of JavaScript', request, { 'content-encoding': 'constructor' }, 400, /unsupported Content-Encoding/],
  ['too many bytes', Buffer.alloc(1_100_000), {}, 413, /the limit is 1048576/],
  ['too many bytes of JSON', Buffer.alloc(1_100_000), { 'content-type': JSON_TYPE }, 413, /the limit/],
  ['a gzip bomb', gzipSync(bomb), { 'content-encoding': 'gzip' }, 413, /after decompression/],
  ['a snappy bomb', compress(bomb), { 'content-encoding': 'snappy' }, 413, /after decompression/],
  ['a framed bomb', snappyFrames(bomb), { 'content-encoding': 'snappy' }, 413, /after decompression/],
  ['a zstd bomb', zstdCompressSync(bomb), { 'content-encoding': 'zstd' }, 413, /after decompression/],
]

test('what is wrong is refused with a status that senders understand, and a reason', async (t) => {
  const { collector } = await startCollector(t, ['otlp.max_request_bytes=1MiB'])
  for (const [name, body, headers, status, message] of REFUSED) {
    const answer = await told(await collector.post(body, headers))
    assert.equal(answer.status, status, name)
    assert.match(answer.message, message, name)
  }
  assert.equal(await collector.metric('requests_refused_total'), REFUSED.length)
  assert.equal((await told(await collector.post(request))).status, 200)
  assert.equal((await collector.account()).received, 2)
})

test('a request whose records would grow beyond bounds is refused', async (t) => {
  const { collector } = await startCollector(t, ['otlp.max_request_bytes=1MiB'])
  const resource = { attributes: [{ key: 'k', value: { stringValue: 'x'.repeat(100_000) } }] }
  const logRecords = Array.from({ length: 1_000 }, () => ({}))
  const answer = await collector.post(encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }))
  assert.equal((await told(answer)).status, 413)
})

test('traces and profiles are refused as what is not implemented', async (t) => {
  const { collector } = await startCollector(t)
  for (const path of ['/v1/traces', '/v1development/profiles']) {
    const url = collector.url.replace('/v1/logs', path)
    for (const type of [PROTOBUF, JSON_TYPE]) {
      const response = await fetch(url, {
        method: 'POST',
        body: new Uint8Array(70_000),
        headers: { 'content-type': type },
      })
      const answer = await told(response)
      assert.equal(answer.status, 404)
      assert.match(answer.message, /does not receive/)
    }
  }
})

test('other methods and other paths', async (t) => {
  const { collector } = await startCollector(t)
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const response = await fetch(collector.url, { method })
    assert.equal(response.status, 405, method)
    assert.equal(response.headers.get('allow'), 'POST')
  }
  const elsewhere = collector.url.replace('/v1/logs', '/v1/unknown')
  for (const type of [PROTOBUF, JSON_TYPE, 'text/plain']) {
    const response = await fetch(elsewhere, { method: 'POST', body: 'x', headers: { 'content-type': type } })
    assert.equal(response.status, 404)
  }
})

test('a full queue tells senders to wait, and takes them again when there is room', async (t) => {
  const { elasticsearch, collector } = await startCollector(t, [
    'queue.segment_bytes=64KiB',
    'queue.max_bytes=128KiB',
    'elasticsearch.bulk.max_bytes=64KiB',
  ])
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  let sent = 0
  for (;;) {
    const answer = await told(await collector.post(recordsOf([`id-${sent}`], (id) => id.padEnd(20_000, '.'))))
    if (answer.status !== 200) {
      assert.deepEqual([answer.status, /the queue holds/.test(answer.message)], [503, true])
      break
    }
    sent += 1
    assert.ok(sent < 20)
  }
  elasticsearch.onBulk = () => undefined
  await collector.settle()
  for (let turn = 0; (await told(await collector.post(request))).status !== 200; turn++) {
    await collector.pipeline.queue()!.save()
    assert.ok(turn < 20, 'room is given back')
  }
  await collector.settle()
  assert.equal(elasticsearch.documents.size, sent + 2)
  await collector.account()
})

test('requests under way have a limit in bytes; slow and aborted ones give their share back', async (t) => {
  const { collector } = await startCollector(t, ['otlp.max_in_flight_bytes=1MiB', 'otlp.max_request_bytes=1MiB'])
  const { port } = new URL(collector.url)
  const slow = connect(Number(port), '127.0.0.1')
  const head = `POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: 1048000\r\n\r\n`
  slow.write(`${head}only the beginning`)
  let refused: { status: number; message: string } | undefined
  for (let turn = 0; refused?.status !== 429; turn++) {
    refused = await told(await collector.post(recordsOf(['big'], () => 'x'.repeat(600_000))))
    assert.ok(turn < 50)
  }
  assert.match(refused.message, /under way/)
  slow.destroy()
  for (let turn = 0; ; turn++) {
    const { status } = await told(await collector.post(recordsOf(['big'], () => 'x'.repeat(400_000))))
    if (status === 200) break
    assert.ok(turn < 50)
    await sleep(2)
  }
  const chunked = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(request))
      controller.close()
    },
  })
  const headers = { 'content-type': PROTOBUF }
  const response = await fetch(collector.url, { method: 'POST', body: chunked, headers, duplex: 'half' } as RequestInit)
  assert.equal(response.status, 200)
})

test('garbage in place of HTTP does no harm', async (t) => {
  const { collector } = await startCollector(t)
  const { port } = new URL(collector.url)
  for (const garbage of [
    '\u0000\u0001\u0002\r\n\r\n',
    'POST /v1/logs HTTP/1.1\r\ncontent-length: -5\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\n',
  ]) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.end(garbage)
    await new Promise((resolve) => socket.once('close', resolve).resume())
  }
  assert.equal((await told(await collector.post(request))).status, 200)
})
