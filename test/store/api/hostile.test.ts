import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Service, startService } from '../service.ts'

const MIB = 1024 ** 2
const DOCUMENT = '{"create":{"_index":"lines"}}\n{"text":"still here"}\n'

/** Sends the head of a request and a part of its body, and leaves the connection open. */
async function begin(service: Service, head: string, part = ''): Promise<Socket> {
  const { port, hostname } = new URL(service.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`${head}\r\nHost: store\r\n\r\n${part}`)
  return socket
}

/** What a neighbour sees: it can write and read. */
async function requireUnharmed(service: Service): Promise<void> {
  const written = await service.request('POST', '/_bulk', DOCUMENT)
  assert.deepEqual([written.status, written.json.errors], [200, false])
  assert.equal((await service.request('GET', '/lines/_count')).status, 200)
}

test('what is announced and does not come takes nothing from others', async (t) => {
  const service = await startService(t, ['limits.in_flight_bytes=4MiB', 'limits.request_bytes=4MiB'])
  const head = `POST /_bulk HTTP/1.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${4 * MIB}`
  const sockets = await Promise.all(Array.from({ length: 20 }, () => begin(service, head, DOCUMENT)))
  try {
    await requireUnharmed(service)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})

test('a request that does not arrive is given up; others go on', async (t) => {
  const service = await startService(t, ['limits.request_timeout=300ms'])
  const slow = await begin(
    service,
    'POST /_bulk HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1000',
    '{',
  )
  const headless = connect(Number(new URL(service.url).port), '127.0.0.1')
  headless.on('error', () => {})
  headless.write('POST /_bulk HT')
  await requireUnharmed(service)
  // Read, so that the end of the connection is seen.
  let said = ''
  slow.on('data', (chunk: Buffer) => (said += chunk.toString()))
  headless.resume()
  await Promise.all([once(slow, 'close'), once(headless, 'close')])
  assert.match(said, /^HTTP\/1\.1 408 /)
  await requireUnharmed(service)
})

test('zip bombs and bodies that are not what they say', async (t) => {
  const service = await startService(t)
  const bomb = Buffer.alloc(256 * MIB)
  const before = process.memoryUsage.rss()
  for (const [encoding, body] of [
    ['gzip', gzipSync(bomb)],
    ['zstd', zstdCompressSync(bomb)],
  ] as const) {
    for (const path of ['/_bulk', '/_search']) {
      const refused = await service.request('POST', path, body, { 'content-encoding': encoding })
      assert.equal(refused.status, 413, `${encoding} ${path}`)
      assert.match(refused.text, /content_too_large_exception/)
    }
    const broken = await service.request('POST', '/_bulk', Buffer.from('no such thing'), {
      'content-encoding': encoding,
    })
    assert.equal(broken.status, 400)
  }
  assert.ok(process.memoryUsage.rss() - before < 256 * MIB, 'no bomb was held whole')
  await requireUnharmed(service)
})

test('a document of 100 MB is refused before it is there', async (t) => {
  const service = await startService(t)
  const body = `{"create":{"_index":"lines"}}\n{"text":"${'x'.repeat(100_000_000)}"}\n`
  // The answer may come while the body is still being sent, which some clients take for a broken connection.
  const status = await service.request('POST', '/_bulk', body).then(
    (reply) => reply.status,
    () => 413,
  )
  assert.equal(status, 413)
  await requireUnharmed(service)
})

const DEEP = 1_000_000
/** Bodies of searches, and the status of the answer. */
const SEARCHES: readonly (readonly [name: string, body: string | Buffer, status: number])[] = [
  ['lists a million levels deep', '['.repeat(DEEP), 400],
  ['objects a million levels deep', '{"a":'.repeat(DEEP), 413],
  [
    'queries deeper than the limit',
    `{"query":${'{"bool":{"must":'.repeat(60)}{"match_all":{}}${'}}'.repeat(60)}}`,
    400,
  ],
  ['NaN', '{"size":NaN}', 400],
  ['infinity', '{"size":1e999}', 400],
  ['a number beyond 64 bits', '{"query":{"term":{"n":123456789012345678901234567890}}}', 200],
  ['the largest long', '{"query":{"term":{"n":9223372036854775807}}}', 200],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['a surrogate alone', '{"query":{"term":{"text":"\\ud800"}}}', 200],
  [
    'keys of prototypes',
    '{"query":{"term":{"__proto__":"x"}},"aggs":{"constructor":{"terms":{"field":"toString"}}}}',
    200,
  ],
]

test('searches that are made to hurt', async (t) => {
  const service = await startService(t)
  await service.request('POST', '/_bulk', '{"create":{"_index":"lines"}}\n{"n":9223372036854775807,"text":"a"}\n')
  for (const [name, body, status] of SEARCHES) {
    const reply = await service.request('POST', '/lines/_search', body)
    assert.equal(reply.status, status, `${name}: ${reply.text.slice(0, 200)}`)
  }
  await requireUnharmed(service)
})

/** Documents, and the status of their item; undefined if the whole request is refused with 400. */
const DOCUMENTS: readonly (readonly [name: string, document: string | Buffer, status: number | undefined])[] = [
  ['lists a million levels deep', `{"a":${'['.repeat(DEEP)}`, 400],
  ['NaN', '{"n":NaN}', 400],
  ['a number beyond 64 bits', '{"n":123456789012345678901234567890}', 201],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), 400],
  ['a key of prototypes', '{"__proto__":{"x":1},"constructor":"y"}', 201],
]

test('documents that are made to hurt are refused alone', async (t) => {
  const service = await startService(t)
  const action = Buffer.from('{"create":{"_index":"lines"}}\n')
  for (const [name, document, status] of DOCUMENTS) {
    const body = Buffer.concat([action, Buffer.from(document), Buffer.from(`\n${DOCUMENT}`)])
    const reply = await service.request('POST', '/_bulk', body)
    assert.equal(reply.status, status === undefined ? 400 : 200, `${name}: ${reply.text.slice(0, 200)}`)
    if (status === undefined) continue
    const statuses = reply.json.items.map((item) => item.create?.status)
    assert.deepEqual(statuses, [status, 201], `${name}: ${reply.text.slice(0, 200)}`)
  }
})
