import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type TestContext, test } from 'node:test'
import { createFrontServer } from '#lib/http/front-server.ts'
import { createRegistry } from '#lib/metrics.ts'
import { measureRequests } from '../../../alertmanager/admin/http-metrics.ts'
import { serveApi } from '../../../alertmanager/receive/api.ts'
import { jsonList } from '../../../alertmanager/receive/json-list.ts'
import { until } from '../../support/until.ts'

const ITEM = `"${'x'.repeat(10_000)}"`

/** An API that answers with a list of so many items. */
async function startApi(t: TestContext, write: (n: number) => string = () => ITEM) {
  const registry = createRegistry('test', '0')
  let [written, ended] = [0, 0]
  function* numbers(length: number) {
    try {
      for (let n = 0; n < length; n++) yield n
    } finally {
      ended += 1
    }
  }
  const list = (length: number) => {
    return jsonList(numbers(length), (n) => {
      written += 1
      return write(n)
    })
  }
  const server = createFrontServer({
    name: 'test',
    targets: [{ address: '127.0.0.1:0' }],
    routes: (app) => {
      measureRequests(app, registry, '')
      const endpoints = [
        { path: '/list', methods: { GET: ({ query }: { query: object }) => list(Number(Object.values(query)[0])) } },
      ]
      serveApi(app, { endpoints, routePrefix: '', limit: () => {} })
    },
  })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.abort()))
  const ask = async (length: number): Promise<IncomingMessage> => {
    const outgoing = get(`http://${server.addresses[0]}/api/v2/list?n=${length}`)
    outgoing.on('error', () => {})
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return response
  }
  return { ask, registry, written: () => written, ended: () => ended }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

test('a short list has a length, a long one comes as it is written; both are counted whole', async (t) => {
  const { ask, registry } = await startApi(t)
  const short = await ask(2)
  assert.deepEqual([short.statusCode, short.headers['content-type']], [200, 'application/json'])
  assert.equal(short.headers['cache-control'], 'no-store')
  const text = await textOf(short)
  assert.equal(short.headers['content-length'], String(text.length))
  assert.equal(text, `[${ITEM},${ITEM}]\n`)
  const long = await ask(1_000)
  assert.equal(long.headers['transfer-encoding'], 'chunked')
  const length = (await textOf(long)).length
  assert.equal(length, 1_000 * (ITEM.length + 1) + 2)
  const sum = async () => {
    const lines = (await registry.metrics()).split('\n')
    return Number(lines.find((line) => line.startsWith('alertmanager_http_response_size_bytes_sum{'))?.split(' ')[1])
  }
  await until('both are counted', async () => (await sum()) === text.length + length)
})

test('a list is written only as far as it is read, and who hangs up ends the writing', async (t) => {
  const { ask, written, ended } = await startApi(t)
  const total = 10_000
  const response = await ask(total)
  let before = -1
  // What the system takes for a connection that nobody reads is some megabytes.
  await until(
    'the writing pauses',
    () => {
      const [previous, now] = [before, written()]
      before = now
      return now > 0 && now === previous
    },
    { everyMs: 100 },
  )
  assert.ok(before < total / 2, `${before} of ${total}`)
  assert.equal(ended(), 0)
  response.destroy()
  await until('the writing has ended', () => ended() === 1)
  assert.ok(written() < total)
  assert.equal((await textOf(await ask(1))).length, ITEM.length + 3)
})

test('what fails before the first piece is an answer, what fails later breaks the connection', async (t) => {
  const { ask } = await startApi(t, (n) => {
    if (n === 500) throw new Error('broken')
    return n < 100 ? '' : ITEM
  })
  const late = await ask(1_000)
  assert.equal(late.statusCode, 200)
  await assert.rejects(textOf(late), { code: 'ECONNRESET' })
  const { ask: askEarly } = await startApi(t, () => {
    throw new Error('broken')
  })
  const early = await askEarly(1)
  assert.deepEqual([early.statusCode, await textOf(early)], [500, '{"code":500,"message":"broken"}'])
})
