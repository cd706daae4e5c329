import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Clock, systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import { systemFiles } from '#lib/files.ts'
import * as configModule from '../../../agent/config.ts'
import { createConnect } from '../../../agent/ship/connect.ts'
import type { Encoding, RequestSender } from '../../../agent/ship/outcome.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const NEVER = new AbortController().signal

function clientOf(t: TestContext, url: string, clock: Clock = systemClock): RequestSender {
  const overrides = ['ship.headers={"Authorization":"Bearer x"}', 'ship.timeout=60s']
  const { ship } = loadConfig(configModule, { overrides, env: {} })
  const client = createConnect(ship, { clock, files: systemFiles, env: {} }, 'logs')(url)
  t.after(() => client.close())
  return client
}
const send = (client: RequestSender, encoding: Encoding = 'zstd', body = Buffer.from('body')) =>
  client.send(body, encoding, NEVER)

/** A server on bare connections: it is told of each request's first bytes, with their connection and its number. */
async function rawPeer(t: TestContext, onRequest: (socket: Socket, connection: number, request: number) => void) {
  let connections = 0
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const connection = ++connections
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (chunk.includes('POST ')) onRequest(socket, connection, ++requests)
    })
  }).listen(0, '127.0.0.1')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, connections: () => connections, requests: () => requests }
}
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

test('a request is what the specification says, on a connection that is kept', async (t) => {
  const peer = await HttpPeer.start(t)
  const client = clientOf(t, `${peer.url}/prefix/`)
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

test('a 400 without a reason counts only from a server that accepted something', async (t) => {
  const peer = await HttpPeer.start(t)
  const client = clientOf(t, peer.url)
  peer.answer = (response) => response.writeHead(400).end()
  assert.equal((await send(client)).kind, 'retry')
  peer.answer = (response) => response.end()
  await send(client)
  peer.answer = (response) => response.writeHead(400).end()
  assert.equal((await send(client)).kind, 'refused')
})

test('whatever the network does, the outcome is to try again', async (t) => {
  const peer = await HttpPeer.start(t)
  const clock = new ManualClock()
  const client = clientOf(t, peer.url, clock)
  const timers: NodeJS.Timeout[] = []
  t.after(() => timers.forEach(clearInterval))
  const late = () => void clock.advance(60_000)
  const faults: [string, HttpPeer['answer'], RegExp][] = [
    ['never answers', late, /^timeout$/],
    ['ends the connection', (response) => response.destroy(), /^econnreset$/],
    [
      'resets within the answer',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()),
      /^econnreset$/,
    ],
    [
      'hangs within the answer',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half', late),
      /^timeout$/,
    ],
    [
      'sends a byte now and then',
      (response) => {
        response.writeHead(200)
        timers.push(setInterval(() => response.write('.'), 1))
        timers.push(setTimeout(late, 20))
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

  const outcome = await send(clientOf(t, 'http://127.0.0.1:1'))
  assert.equal(outcome.kind === 'retry' && outcome.reason, 'econnrefused')
  const garbage = await rawPeer(t, (socket) => socket.end('this is not HTTP\r\n\r\n'))
  assert.equal((await send(clientOf(t, garbage.url))).kind, 'retry')
})

test('headers that never end are no answer', async (t) => {
  const clock = new ManualClock()
  const peer = await rawPeer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const timer = setInterval(() => socket.write('x-a: b\r\n'), 1)
    socket.once('close', () => clearInterval(timer))
    setTimeout(() => void clock.advance(60_000), 20)
  })
  const outcome = await send(clientOf(t, peer.url, clock))
  assert.equal(outcome.kind === 'retry' && outcome.reason, 'timeout')
})

test('an answer before the end of the request counts, and the rest is not sent', async (t) => {
  for (const [head, kind] of [
    ['HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n', 'too-large'],
    ['HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', 'too-large'],
    ['HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\n\r\n', 'retry'],
    [OK, 'accepted'],
  ] as const) {
    const peer = await rawPeer(t, (socket) => {
      socket.pause()
      if (head.includes('content-length')) socket.write(head)
      else socket.end(head)
    })
    const client = clientOf(t, peer.url)
    // More than the buffers of a connection take.
    const outcome = await send(client, 'identity', Buffer.alloc(32 * 1024 ** 2))
    assert.equal(outcome.kind, kind, head)
  }
})

test('a kept connection that the peer had ended is no failure', async (t) => {
  const peer = await rawPeer(t, (socket, connection, request) => {
    // Two at once make two connections; the third request comes on a kept one.
    if (request === 3) socket.resetAndDestroy()
    else socket.write(OK)
    assert.ok(connection <= 3)
  })
  const client = clientOf(t, peer.url)
  assert.equal((await send(client)).kind, 'accepted')
  assert.equal((await send(client)).kind, 'accepted')
  assert.equal((await send(client)).kind, 'accepted')
  assert.deepEqual([peer.connections(), peer.requests()], [2, 4])
})

test('a peer that ends every connection on its second request is a failure that is said', async (t) => {
  const peer = await rawPeer(t, (socket, _, request) => {
    if (request === 1) socket.write(OK)
    else socket.resetAndDestroy()
  })
  const client = clientOf(t, peer.url)
  assert.equal((await send(client)).kind, 'accepted')
  const outcome = await send(client)
  assert.equal(outcome.kind === 'retry' && outcome.reason, 'econnreset')
  assert.equal(peer.requests(), 3, 'tried twice, and not for ever')
})

test('a long answer is read to its end and not kept', async (t) => {
  const peer = await HttpPeer.start(t)
  peer.answer = (response) =>
    response.writeHead(503, { 'content-type': 'text/plain' }).end(Buffer.alloc(2 * 1024 ** 2, 'x'))
  const outcome = await send(clientOf(t, peer.url))
  assert.ok(outcome.kind === 'retry' && outcome.message.length < 300)
})

test('an abort ends a request under way', async (t) => {
  const peer = await HttpPeer.start(t)
  const abort = new AbortController()
  peer.answer = () => abort.abort()
  assert.equal((await clientOf(t, peer.url).send(Buffer.from('x'), 'zstd', abort.signal)).kind, 'retry')
  assert.equal((await clientOf(t, peer.url).send(Buffer.from('x'), 'zstd', abort.signal)).kind, 'retry')
  assert.equal(peer.requests.length, 1)
})
