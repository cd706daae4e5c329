import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { createWebServer, type WebServer, type WebServerOptions } from '#lib/http/server.ts'
import { createRegistry } from '#lib/metrics.ts'

const NEVER = new AbortController().signal

async function started(t: TestContext, options: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const server = createWebServer({ name: 'web.listen_address', listenAddress: '127.0.0.1:0', ...options })
  await server.start?.()
  t.after(() => server.stop?.(AbortSignal.abort()))
  return server
}

test('readiness gives every reason why not', async (t) => {
  const reasons: string[] = []
  const management = { registry: createRegistry('test', '1'), notReady: () => reasons }
  const { url } = await started(t, { management })
  const get = async (path: string) => {
    const response = await fetch(url + path)
    return [response.status, await response.text()]
  }
  assert.deepEqual(await get('/-/ready'), [200, 'OK\n'])
  reasons.push('the queue is being read', 'no node answers')
  assert.deepEqual(await get('/-/ready'), [503, 'not ready: the queue is being read, no node answers\n'])
  assert.deepEqual(await get('/-/healthy'), [200, 'OK\n'], 'which is no reason to restart it')
  const metrics = await fetch(`${url}/metrics`)
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.match(await metrics.text(), /^vedette_test_build_info\{version="1",node_version="[\d.]+"\} 1$/m)
})

test('errors are JSON with a status: no route, a body that is too long or not what it says, a handler that throws', async (t) => {
  const { url } = await started(t, {
    bodyLimitBytes: 1_000,
    routes: (app) => {
      app.post('/echo', (request, reply) => reply.send(request.body))
      app.get('/broken', () => {
        throw new Error('it broke')
      })
    },
  })
  const post = (body: string) =>
    fetch(`${url}/echo`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  const cases: [Promise<Response>, number][] = [
    [fetch(`${url}/nothing`), 404],
    [post(JSON.stringify('x'.repeat(1_000))), 413],
    [post('{'), 400],
    [fetch(`${url}/broken`), 500],
  ]
  for (const [answer, status] of cases) {
    const response = await answer
    assert.equal(response.status, status)
    const { message, statusCode } = (await response.json()) as { message: string; statusCode: number }
    assert.equal(statusCode, status)
    assert.ok(message.length > 0)
  }
  assert.equal((await post('{"a":1}')).status, 200, 'and then it goes on')
})

test('an address that cannot be had is an error with a code', async (t) => {
  const { url } = await started(t)
  const taken = createWebServer({ name: 'a', listenAddress: new URL(url).host })
  const isCode = (code: string) => (error: unknown) => error instanceof CodedError && error.code === code
  await assert.rejects(async () => taken.start?.(), isCode('LISTEN_ADDRESS_IN_USE'))
  const foreign = createWebServer({ name: 'a', listenAddress: '192.0.2.1:0' })
  await assert.rejects(async () => foreign.start?.(), isCode('LISTEN_FAILED'))
  const malformed = createWebServer({ name: 'a', listenAddress: 'nowhere' })
  await assert.rejects(async () => malformed.start?.(), isCode('LISTEN_FAILED'))
})

test('a stop lets requests end, and cuts at the deadline', { timeout: 20_000 }, async () => {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<string>()
  const routes: WebServerOptions['routes'] = (app) => {
    app.get('/slow', () => {
      asked.resolve()
      return released.promise
    })
  }
  const patient = createWebServer({ name: 'a', listenAddress: '127.0.0.1:0', routes })
  await patient.start?.()
  const answer = fetch(`${patient.url}/slow`)
  await asked.promise
  const stopped = patient.stop?.(NEVER)
  released.resolve('done')
  assert.equal(await (await answer).text(), 'done')
  await stopped

  const hurried = createWebServer({ name: 'a', listenAddress: '127.0.0.1:0', routes })
  await hurried.start?.()
  const idle = connect(Number(new URL(hurried.url).port), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  const closed = new Promise((resolve) => idle.once('close', resolve))
  idle.on('error', () => {})
  idle.write('GET /slow HTTP/1.1\r\nhost: a\r\n')
  await hurried.stop?.(AbortSignal.timeout(50))
  await closed
})
