import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createFrontServer } from '#lib/http/front-server.ts'
import { serveApi } from '../../../alertmanager/receive/api.ts'
import { NO_BODY } from '../../../alertmanager/receive/response.ts'

const LIMIT_BYTES = 1_000

async function startApi(t: TestContext) {
  const server = createFrontServer({
    name: 'test',
    targets: [{ address: '127.0.0.1:0' }],
    bodyLimitBytes: LIMIT_BYTES,
    routes: (app) => {
      const endpoints = [{ path: '/take', methods: { POST: () => NO_BODY } }]
      serveApi(app, { endpoints, routePrefix: '', limit: () => {} })
    },
  })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.abort()))
  return server.addresses[0]!
}

test('whoever sends too much can end, and hears what is wrong', async (t) => {
  const [host, port] = (await startApi(t)).split(':')
  const socket = connect(Number(port), host)
  t.after(() => socket.destroy())
  const length = 50_000_000
  socket.write(`POST /api/v2/take HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`)
  await new Promise<void>((resolve, reject) => {
    socket.write(Buffer.alloc(length, ' '), (error) => (error ? reject(error) : resolve()))
  })
  let answer = ''
  for await (const piece of socket) answer += String(piece)
  assert.match(answer, /^HTTP\/1\.1 413 .*"code":413,/s)
})

test('whoever announces too much and sends nothing is not waited for', async (t) => {
  const [host, port] = (await startApi(t)).split(':')
  const socket = connect(Number(port), host)
  t.after(() => socket.destroy())
  socket.write('POST /api/v2/take HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000000000\r\n\r\n')
  let answer = ''
  for await (const piece of socket) answer += String(piece)
  assert.match(answer, /^HTTP\/1\.1 413 .*\r\nconnection: close\r\n/is)
})
