import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { encodeExportResponse, encodeStatus } from '#lib/otlp/responses.ts'
import { type Encoding, OtlpClient, type Outcome } from '../../../agent/ship/otlp-client.ts'
import { HttpPeer } from '../../support/http-peer.ts'

const NEVER = new AbortController().signal

function clientOf(t: TestContext, endpoints: readonly string[], timeoutMs = 5_000): OtlpClient {
  const client = new OtlpClient({ endpoints, headers: { Authorization: 'Bearer x' }, timeoutMs })
  t.after(() => client.close())
  return client
}
const send = (client: OtlpClient, encoding: Encoding = 'zstd', signal = NEVER) =>
  client.send(Buffer.from('body'), encoding, signal)

test('a request is what the specification says, on a connection that is kept', async (t) => {
  const peer = await HttpPeer.start(t)
  const client = clientOf(t, [`${peer.url}/prefix/`])
  assert.deepEqual(await send(client), { kind: 'accepted', rejectedRecords: 0, message: '' })
  await send(client, 'identity')
  const [first, second] = peer.requests
  assert.equal(first?.url, '/prefix/v1/logs')
  assert.equal(first?.body.toString(), 'body')
  const { host: _, connection, ...headers } = first!.headers
  assert.equal(connection, 'keep-alive')
  assert.deepEqual(headers, {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'zstd',
    'content-length': '4',
    authorization: 'Bearer x',
  })
  assert.equal(second?.headers['content-encoding'], undefined)
})

test('answers are told apart as the specification does', async (t) => {
  const peer = await HttpPeer.start(t)
  const client = clientOf(t, [peer.url])
  const retry = (reason: string, afterMs = 0, message = reason.replace('http_', 'status ')): Outcome => ({
    ...{ kind: 'retry', reason, message, afterMs },
  })
  const partial = encodeExportResponse({ rejected: 3, message: 'too old' })
  const cases: [number, Buffer | string, Record<string, string>, Encoding, Outcome][] = [
    [200, '', {}, 'zstd', { kind: 'accepted', rejectedRecords: 0, message: '' }],
    [202, partial, {}, 'zstd', { kind: 'accepted', rejectedRecords: 3, message: 'too old' }],
    [200, '<html>not protobuf</html>', {}, 'zstd', { kind: 'accepted', rejectedRecords: 0, message: '' }],
    [413, '', {}, 'zstd', { kind: 'too-large' }],
    [415, '', {}, 'zstd', { kind: 'encoding-refused' }],
    [400, encodeStatus('unsupported Content-Encoding: zstd'), {}, 'zstd', { kind: 'encoding-refused' }],
    [400, encodeStatus('unsupported encoding'), {}, 'gzip', { kind: 'refused', message: 'unsupported encoding' }],
    [400, encodeStatus('bad field'), {}, 'zstd', { kind: 'refused', message: 'bad field' }],
    [415, '', {}, 'gzip', { kind: 'refused', message: 'status 415' }],
    [429, encodeStatus('slower'), { 'retry-after': '7' }, 'zstd', retry('http_429', 7_000, 'slower')],
    [503, '', { 'retry-after': '0' }, 'zstd', retry('http_503')],
    [503, '', { 'retry-after': '-5' }, 'zstd', retry('http_503')],
    [503, '', { 'retry-after': 'soon' }, 'zstd', retry('http_503')],
    [503, '', { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 'zstd', retry('http_503')],
    [503, '', { 'retry-after': '999999999' }, 'zstd', retry('http_503', 300_000)],
    [500, '', {}, 'zstd', retry('http_500')],
    [401, '', {}, 'zstd', retry('http_401')],
    [404, 'no such page', {}, 'zstd', retry('http_404')],
    [302, '', { location: 'http://example.com' }, 'zstd', retry('http_302')],
  ]
  for (const [status, body, headers, encoding, expected] of cases) {
    peer.answer = (response) => response.writeHead(status, headers).end(body)
    assert.deepEqual(await send(client, encoding), expected, `${status} ${JSON.stringify(headers)}`)
  }
})

test('whatever the network does, the outcome is to try again', async (t) => {
  const peer = await HttpPeer.start(t)
  const client = clientOf(t, [peer.url], 150)
  const timers: NodeJS.Timeout[] = []
  t.after(() => timers.forEach(clearInterval))
  const faults: [string, HttpPeer['answer'], RegExp][] = [
    ['never answers', () => {}, /^timeout$/],
    ['ends the connection', (response) => response.destroy(), /^econnreset$/],
    [
      'resets within the body',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()),
      /^econnreset$/,
    ],
    [
      'hangs within the body',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half'),
      /^timeout$/,
    ],
    [
      'sends a byte now and then',
      (response) => {
        response.writeHead(200)
        timers.push(setInterval(() => response.write('.'), 20))
      },
      /^timeout$/,
    ],
  ]
  for (const [name, answer, reason] of faults) {
    peer.answer = answer
    const outcome = await send(client)
    assert.equal(outcome.kind, 'retry', name)
    assert.match(outcome.kind === 'retry' ? outcome.reason : '', reason, name)
  }
  peer.answer = (response) => response.end()
  assert.equal((await send(client)).kind, 'accepted', 'and then it works again')

  const refused = clientOf(t, ['http://127.0.0.1:1'])
  assert.deepEqual(await send(refused).then((o) => (o.kind === 'retry' ? o.reason : o.kind)), 'econnrefused')
  const garbage = createServer((socket) => socket.end('this is not HTTP\r\n\r\n')).listen(0, '127.0.0.1')
  t.after(() => garbage.close())
  await new Promise((resolve) => garbage.once('listening', resolve))
  const { port } = garbage.address() as { port: number }
  assert.equal((await send(clientOf(t, [`http://127.0.0.1:${port}`]))).kind, 'retry')
})

test('a long answer is read to its end and not kept', async (t) => {
  const peer = await HttpPeer.start(t)
  peer.answer = (response) => response.writeHead(503).end(Buffer.alloc(2 * 1024 ** 2, 'x'))
  const outcome = await send(clientOf(t, [peer.url]))
  assert.ok(outcome.kind === 'retry' && outcome.message.length < 70_000)
})

test('an endpoint that fails is left once, however many requests failed with it', async (t) => {
  const [down, up] = [await HttpPeer.start(t), await HttpPeer.start(t)]
  down.answer = (response) => response.writeHead(503).end()
  const client = clientOf(t, [down.url, up.url])
  for (const concurrent of [2, 3, 4]) {
    const outcomes = await Promise.all(Array.from({ length: concurrent }, () => send(client)))
    assert.ok(outcomes.every(({ kind }) => kind === 'retry' || kind === 'accepted'))
    assert.equal((await send(client)).kind, 'accepted', `after ${concurrent} at once`)
    up.answer = (response) => response.writeHead(503).end()
    down.answer = (response) => response.end()
    assert.equal((await send(client)).kind, 'retry')
    assert.equal((await send(client)).kind, 'accepted', 'and back')
    down.answer = (response) => response.writeHead(503).end()
    up.answer = (response) => response.end()
  }
})

test('an abort ends a request under way', async (t) => {
  const peer = await HttpPeer.start(t)
  const abort = new AbortController()
  peer.answer = () => abort.abort()
  assert.equal((await send(clientOf(t, [peer.url]), 'zstd', abort.signal)).kind, 'retry')
})
