import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { compress } from 'snappyjs'
import { recordsOf } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { GrpcClient } from '../../support/grpc-client.ts'
import { snappyFrames } from '../../support/snappy.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../../..')
const MIB = 1024 ** 2
const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const NDJSON = 'application/x-ndjson'
/** All that may be under way, some copies of it, and what the process has anyway and leaves to its collector. */
const MAX_GROWTH_BYTES = 500 * MIB

async function start(t: TestContext, timeout: string) {
  const elasticsearch = new FakeElasticsearch()
  let child: ChildProcess | undefined
  // Before the directory goes.
  t.after(async () => {
    if (child !== undefined) await endChild(child, 'SIGTERM')
    await elasticsearch.stop()
  })
  const elasticsearchUrl = await elasticsearch.start()
  const settings = {
    'elasticsearch.nodes': [elasticsearchUrl],
    'otlp.http.listen_address': '127.0.0.1:0',
    'otlp.grpc.listen_address': '127.0.0.1:0',
    'web.listen_address': '127.0.0.1:0',
    'otlp.http.request_timeout': timeout,
    'otlp.grpc.request_timeout': timeout,
    'otlp.max_request_bytes': '16MiB',
    'otlp.max_in_flight_bytes': '64MiB',
    data_dir: join(temporaryDirectory(t), 'data'),
    'log.level': 'error',
  }
  const flags = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`])
  child = fork(join(ROOT, 'collector/main.ts'), flags, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { otlp, otlp_grpc: grpc, web } = await untilReady(child)
  return { elasticsearch, pid: child.pid!, otlp: otlp!, grpc: grpc!, web: web! }
}

function peakBytes(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1]) * 1024
}

const zeros = Buffer.alloc(100 * MIB)
const underLimit = zeros.subarray(0, 15 * MIB)
const chunkOf = (text: string, times: number) => Buffer.from(text.repeat(times))

/** Path, type, encoding, body, and the statuses that may answer it. */
const ATTACKS: Readonly<Record<string, readonly [string, string, string, Buffer, readonly number[]]>> = {
  'a gzip bomb': ['/v1/logs', PROTOBUF, 'gzip', gzipSync(zeros), [413]],
  'a deflate bomb': ['/v1/logs', PROTOBUF, 'deflate', deflateSync(zeros), [413]],
  'a zstd bomb': ['/v1/logs', PROTOBUF, 'zstd', zstdCompressSync(zeros), [413]],
  'a snappy bomb': ['/v1/logs', PROTOBUF, 'snappy', compress(zeros), [413]],
  'a framed snappy bomb': ['/v1/logs', PROTOBUF, 'snappy', snappyFrames(zeros.subarray(0, 20 * MIB)), [413]],
  'a bomb within the limit': ['/v1/logs', PROTOBUF, 'gzip', gzipSync(underLimit), [400, 429]],
  'a length that snappy declares': [
    '/v1/logs',
    PROTOBUF,
    'snappy',
    Buffer.from([0xff, 0xff, 0xff, 0xff, 15, 0]),
    [413],
  ],
  'a length in protobuf': ['/v1/logs', PROTOBUF, 'identity', Buffer.from([10, 0xff, 0xff, 0xff, 0x7f, 10]), [400]],
  'a million records of nothing': [
    '/v1/logs',
    PROTOBUF,
    'gzip',
    gzipSync(chunkOf('\n\u0006\u0012\u0004\u0012\0\u0012\0', MIB)),
    [413],
  ],
  'JSON a million levels deep': ['/v1/logs', JSON_TYPE, 'identity', chunkOf('{"resourceLogs":[', 900_000), [400]],
  'arrays a million levels deep': ['/v1/logs', JSON_TYPE, 'identity', chunkOf('[', 2_000_000), [400]],
  'JSON of millions of values': [
    '/v1/logs',
    JSON_TYPE,
    'gzip',
    gzipSync(`{"resourceLogs":[${'{},'.repeat(5_000_000)}{}]}`),
    [400, 429],
  ],
  'a document of 100 MB': ['/v1/logs', JSON_TYPE, 'identity', Buffer.alloc(100 * MIB, 0x20), [413]],
  'a bulk bomb': ['/_bulk', NDJSON, 'gzip', gzipSync(zeros), [413]],
  'a bulk document of 100 MB': ['/_bulk', NDJSON, 'identity', Buffer.alloc(100 * MIB, 0x20), [413]],
  'millions of bulk items': [
    '/_bulk',
    NDJSON,
    'gzip',
    gzipSync(chunkOf('{"delete":{"_index":"i","_id":"1"}}\n', 400_000)),
    [413, 429],
  ],
  'a deep bulk document': [
    '/_bulk',
    NDJSON,
    'identity',
    Buffer.from(`{"create":{"_index":"i"}}\n${'{"a":'.repeat(1_000_000)}\n`),
    [200],
  ],
}

test('hostile requests get an error, take a bounded amount of memory and leave their neighbours alone', async (t) => {
  if (!existsSync('/proc/self/status')) return t.skip('without /proc nobody says how much memory a process takes')
  const { elasticsearch, pid, otlp, grpc, web } = await start(t, '20s')
  const before = peakBytes(pid)
  const post = (path: string, type: string, encoding: string, body: Buffer) =>
    fetch(`${path.startsWith('/v1') ? otlp : web}${path}`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-type': type, 'content-encoding': encoding },
    }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      // The server may end the connection while a body that is too large is still being sent.
      () => 413,
    )
  let isOver = false
  const sent: string[] = []
  const neighbour = async () => {
    for (let number = 0; !isOver; number++) {
      const id = `neighbour-${number}`
      const status = await post(
        '/v1/logs',
        PROTOBUF,
        'identity',
        recordsOf([id], (text) => text),
      )
      if (status === 200) sent.push(id)
      // What is under way may be too much; that is told, and the same request is taken later.
      else assert.equal(status, 429)
      await sleep(5)
    }
  }
  const neighbours = neighbour()
  for (const [name, [path, type, encoding, body, statuses]] of Object.entries(ATTACKS)) {
    const got = await Promise.all(Array.from({ length: 2 }, () => post(path, type, encoding, body)))
    for (const status of got) assert.ok(statuses.includes(status), `${name}: ${status}`)
  }
  const client = new GrpcClient(grpc, { 'grpc.default_compression_algorithm': 2 })
  t.after(() => client.close())
  for (const body of [zeros.subarray(0, 20 * MIB), underLimit]) {
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.export(body)))
    // Too large, not valid, or too much under way.
    for (const { code } of answers) assert.ok([3, 8].includes(code), String(code))
  }
  isOver = true
  await neighbours
  assert.ok(sent.length > 10)
  while (elasticsearch.documents.size < sent.length) await sleep(5)
  const growth = peakBytes(pid) - before
  t.diagnostic(`the largest resident size was ${Math.round(growth / MIB)} MiB above that at rest`)
  assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes`)
})

test('slow clients of both transports are cut off, and take nothing from others meanwhile', async (t) => {
  const { otlp, grpc, elasticsearch } = await start(t, '2s')
  const { port } = new URL(otlp)
  const head = `POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: 16000000\r\n\r\nx`
  const cuts: Promise<unknown>[] = []
  const open = (begin: string) => {
    const socket: Socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(begin)
    t.after(() => socket.destroy())
    cuts.push(new Promise((resolve) => socket.once('close', resolve).resume()))
  }
  for (let number = 0; number < 40; number++) open(number % 2 === 0 ? head : head.slice(0, 60))
  const session = connectHttp2(grpc)
  t.after(() => session.destroy())
  for (let number = 0; number < 40; number++) {
    const stream = session.request({
      ...{ ':method': 'POST', ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export' },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    })
    stream.on('error', () => {})
    stream.write(Buffer.from([0, 0, 0xf0, 0, 0, 1]))
    cuts.push(new Promise((resolve) => stream.once('close', resolve).resume()))
  }
  const client = new GrpcClient(grpc)
  t.after(() => client.close())
  for (let number = 0; number < 20; number++) {
    const body = recordsOf([`http-${number}`], (id) => id)
    const headers = { 'content-type': PROTOBUF }
    const { status } = await fetch(`${otlp}/v1/logs`, { method: 'POST', body: new Uint8Array(body), headers })
    assert.equal(status, 200)
    assert.equal((await client.export(recordsOf([`grpc-${number}`], (id) => id))).code, 0)
  }
  await Promise.all(cuts)
  while (elasticsearch.documents.size < 40) await sleep(5)
})
