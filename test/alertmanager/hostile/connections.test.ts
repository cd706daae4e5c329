import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'

const HEAD = 'POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

/** What clients send who never come to an end, or to nothing good. */
const STARTS = [
  '',
  'GET /api/v2/al',
  'GET /api/v2/alerts HTTP/1.1\r\nHost: x\r\nX-Slow: ',
  `${HEAD}Content-Length: 1000000\r\n\r\n[`,
  `${HEAD}Transfer-Encoding: chunked\r\n\r\nfffff\r\n[`,
  `${HEAD}Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n`,
  'GET /api/v2/alerts HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n`,
]

test('hundreds of connections that go slow, or stay half open, keep nobody from being heard', async (t) => {
  const hook = await captureServer(t)
  const yaml = `route: {receiver: a, group_by: [alertname], group_wait: 0s}\nreceivers: [{name: a, webhook_configs: [{url: "${hook.url}"}]}]\n`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  const { hostname, port } = new URL(router.url)
  const sockets: Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (let n = 0; n < 450; n++) {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: n % 2 === 0 })
    socket.on('error', () => {}).resume()
    socket.write(STARTS[n % STARTS.length]!, 'latin1')
    if (n % 10 === 0) socket.end()
    sockets.push(socket)
  }
  await until('they are connected', () => sockets.every(({ connecting }) => !connecting))
  await router.push([{ alertname: 'Heard' }])
  await hook.received(1)
  assert.equal(((await (await router.get('/api/v2/alerts')).json()) as unknown[]).length, 1)
  assert.equal((await router.get('/-/ready')).status, 200)
  // Half of what was sent is taken for nothing.
  assert.equal(await router.metric('alertmanager_alerts_received_total{status="firing",version="v2"}'), 1)
})
