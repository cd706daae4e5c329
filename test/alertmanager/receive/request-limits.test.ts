import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createFrontServer } from '#lib/http/front-server.ts'
import { createRegistry } from '#lib/metrics.ts'
import { type Endpoint, serveApi } from '../../../alertmanager/receive/api.ts'
import { RequestLimiter, type RequestLimits } from '../../../alertmanager/receive/request-limits.ts'
import { type ApiResponse, json } from '../../../alertmanager/receive/response.ts'

/** An API of which one endpoint answers when it is told to. */
async function startApi(t: TestContext, limits: RequestLimits) {
  const registry = createRegistry('test', '0')
  const limiter = new RequestLimiter(limits, { clock: systemClock, registry })
  const released = Promise.withResolvers<void>()
  let asked = 0
  const answer = async () => {
    asked += 1
    await released.promise
    return json([])
  }
  const begin = (): ApiResponse => ({
    status: 200,
    body: async (put) => {
      await put(Buffer.from('['), false)
      await released.promise
      await put(Buffer.from(']'), true)
    },
  })
  const endpoints: Endpoint[] = [
    { path: '/slow', methods: { GET: answer, POST: answer } },
    { path: '/slow/list', methods: { GET: begin } },
  ]
  const server = createFrontServer({
    name: 'test',
    targets: [{ address: '127.0.0.1:0' }],
    routes: (app) => serveApi(app, { endpoints, routePrefix: '', limit: limiter.apply }),
  })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.abort()))
  const url = `http://${server.addresses[0]}/api/v2/slow`
  const metric = async (name: string) => {
    const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`alertmanager_http_${name}{`))
    return Number(line?.split(' ')[1])
  }
  const waits = async (count: number) => {
    while (asked < count) await new Promise((resolve) => setImmediate(resolve))
  }
  return { url, metric, waits, release: () => released.resolve() }
}

test('GET requests beyond the limit are refused in plain text; others are not counted', async (t) => {
  const { url, metric, waits, release } = await startApi(t, { getConcurrency: 2, timeoutMs: 0 })
  const held = [fetch(url), fetch(url)]
  await waits(2)
  assert.equal(await metric('requests_in_flight'), 2)
  const refused = await fetch(url)
  assert.equal(refused.status, 503)
  assert.equal(refused.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(await refused.text(), 'Limit of concurrent GET requests reached (2), try again later.\n')
  assert.equal(await metric('concurrency_limit_exceeded_total'), 1)
  const post = fetch(url, { method: 'POST' })
  await waits(3)
  release()
  for (const answer of [...held, post]) assert.equal((await answer).status, 200)
  assert.equal((await fetch(url)).status, 200)
  while ((await metric('requests_in_flight')) > 0) await new Promise((resolve) => setImmediate(resolve))
})

test('who gives up makes room', async (t) => {
  const { url, metric, waits, release } = await startApi(t, { getConcurrency: 1, timeoutMs: 0 })
  const gone = new AbortController()
  const held = fetch(url, { signal: gone.signal })
  await waits(1)
  gone.abort()
  await assert.rejects(held)
  while ((await metric('requests_in_flight')) > 0) await new Promise((resolve) => setImmediate(resolve))
  release()
  assert.equal((await fetch(url)).status, 200)
})

test('a request that takes too long is told so, and its late answer is nobody’s', async (t) => {
  const { url, waits, release } = await startApi(t, { getConcurrency: 0, timeoutMs: 30 })
  const answer = fetch(url)
  await waits(1)
  const response = await answer
  assert.equal(response.status, 503)
  assert.equal(await response.text(), 'Exceeded configured timeout of 30ms.\n')
  release()
  assert.equal((await fetch(url)).status, 200)
})

test('an answer that has begun and takes too long ends without its end', async (t) => {
  const { url, release } = await startApi(t, { getConcurrency: 0, timeoutMs: 30 })
  const response = await fetch(`${url}/list`)
  assert.equal(response.status, 200)
  await assert.rejects(response.text())
  release()
  assert.equal(await (await fetch(`${url}/list`)).text(), '[]')
})
