import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../support/manual-clock.ts'
import { captureServer } from '../support/capture-server.ts'
import { post, transportOf } from '../support/http-transport.ts'

const NEVER = new AbortController().signal

async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('of an answer of ten gigabytes the beginning is read, and the connection closed', async (t) => {
  const chunk = Buffer.alloc(1 << 20, 'x')
  let sent = 0
  const closed = Promise.withResolvers<void>()
  const url = await serverOf(t, (_incoming, outgoing) => {
    outgoing.writeHead(500, { 'content-length': 10 * 2 ** 30 })
    const more = () => {
      while (!outgoing.destroyed && outgoing.write(chunk)) sent += chunk.length
    }
    outgoing.on('drain', more)
    outgoing.on('close', () => closed.resolve())
    more()
  })
  const { status, body } = await transportOf('{}')(post(url), NEVER)
  assert.deepEqual([status, body.length], [500, 64 * 1024])
  await closed.promise
  assert.ok(sent < 100 << 20, `${sent} bytes were taken`)
})

test('a body that trickles is left after a while, and counts as what its head said', async (t) => {
  const begun = Promise.withResolvers<void>()
  const url = await serverOf(t, (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/plain' })
    outgoing.write('slow')
    begun.resolve()
  })
  const clock = new ManualClock()
  const answer = transportOf('{}', {}, { clock })(post(url), NEVER)
  await begun.promise
  // Until the head is here, no clock runs for the body.
  let settled = false
  const done = answer.finally(() => {
    settled = true
  })
  while (!settled) await clock.advance(10_000)
  const { status, body } = await done
  assert.deepEqual([status, body], [200, 'slow'])
})

test('who redirects in circles is left after ten steps, whatever is sent with them', async (t) => {
  let steps = 0
  const url = await serverOf(t, (_incoming, outgoing) => {
    steps += 1
    outgoing.writeHead(307, { location: `/again/${steps}` })
    outgoing.write('and a body that never ends')
  })
  const { status } = await transportOf('{}', {}, { clock: hurried() })(post(url), NEVER)
  assert.deepEqual([status, steps], [307, 11])
})

/** A clock for whom the time for a body is up at once. */
function hurried(): ManualClock {
  const clock = new ManualClock()
  clock.after = (_delayMs, callback) => {
    const timer = setTimeout(callback, 0)
    return () => clearTimeout(timer)
  }
  return clock
}

test('a flood of headers is an error', async (t) => {
  const url = await serverOf(t, (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'x-flood': 'x'.repeat(200_000) }).end()
  })
  await assert.rejects(transportOf('{}')(post(url), NEVER), /Header overflow|Parse Error/)
})

test('who tells what was sent to it does not make us tell it', async (t) => {
  const server = await captureServer(t, ({ headers }) => ({
    status: 403,
    body: `${headers.authorization} ${headers['x-tenant']}`,
  }))
  const send = transportOf('{authorization: {credentials: hunter2}, http_headers: {X-Tenant: {secrets: [hunter3]}}}')
  assert.equal((await send(post(server.url), NEVER)).body, '<redacted> <redacted>')
})

test('while one server hangs the others are told', async (t) => {
  const hanging = await captureServer(t, () => ({ hang: true }))
  const good = await captureServer(t)
  const stop = new AbortController()
  const send = transportOf('{}')
  const waiting = Array.from({ length: 20 }, () => send(post(hanging.url), stop.signal))
  await hanging.received(20)
  assert.equal((await send(post(good.url), NEVER)).status, 200)
  stop.abort()
  for (const result of await Promise.allSettled(waiting)) assert.equal(result.status, 'rejected')
})
