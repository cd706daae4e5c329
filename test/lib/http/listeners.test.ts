import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { Listeners, type ListenTarget } from '#lib/http/listeners.ts'

const NEVER = new AbortController().signal
const ok: RequestListener = (_request, response) => response.end('ok')

async function started(t: TestContext, targets: readonly ListenTarget[], listener = ok): Promise<Listeners> {
  const listeners = new Listeners({ name: 'test', targets, createServer: () => createServer(listener) })
  t.after(() => listeners.stop(AbortSignal.abort()))
  await listeners.start()
  return listeners
}

test('each target is served at its address, and none after the stop', async (t) => {
  const listeners = await started(t, [{ address: '127.0.0.1:0' }, { address: 'localhost:0' }])
  const { addresses } = listeners
  assert.equal(new Set(addresses).size, 2)
  for (const address of addresses) assert.equal(await (await fetch(`http://${address}`)).text(), 'ok')
  // Connections that clients keep do not hold it up.
  await listeners.stop(NEVER)
  for (const address of addresses) await assert.rejects(fetch(`http://${address}`))
})

test('requests under way end; what does not end is cut at the deadline', { timeout: 20_000 }, async (t) => {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const slow: RequestListener = (_request, response) => {
    asked.resolve()
    void released.promise.then(() => response.end('late'))
  }
  const patient = await started(t, [{ address: '127.0.0.1:0' }], slow)
  const answer = fetch(`http://${patient.addresses[0]}`)
  await asked.promise
  const stopped = patient.stop(NEVER)
  released.resolve()
  assert.equal(await (await answer).text(), 'late')
  await stopped

  const hurried = await started(t, [{ address: '127.0.0.1:0' }])
  const [host = '', port = ''] = hurried.addresses[0]!.split(':')
  const half = connect(Number(port), host).on('error', () => {})
  await once(half, 'connect')
  half.write('GET / HTTP/1.1\r\nhost: a\r\n')
  const closed = new Promise((resolve) => half.once('close', resolve))
  await hurried.stop(AbortSignal.timeout(50))
  await closed
})

test('where one target cannot be had, none is', async (t) => {
  const taken = await started(t, [{ address: '127.0.0.1:0' }])
  const [address = ''] = taken.addresses
  const isCode = (code: string) => (error: unknown) => error instanceof CodedError && error.code === code
  const free: ListenTarget = { address: '127.0.0.1:0' }
  for (const [target, code] of [
    [{ address }, 'LISTEN_ADDRESS_IN_USE'],
    [{ address: 'nowhere' }, 'LISTEN_FAILED'],
    [{ address: '192.0.2.1:0' }, 'LISTEN_FAILED'],
    [{ fd: 999 }, 'LISTEN_FAILED'],
  ] as const) {
    let first: string | undefined
    const listeners = new Listeners({
      name: 'test',
      targets: [free, target],
      createServer: () => {
        const server = createServer(ok)
        server.once('listening', () => {
          const bound = server.address()
          if (typeof bound === 'object' && bound !== null) first = `http://127.0.0.1:${bound.port}`
        })
        return server
      },
    })
    await assert.rejects(listeners.start(), isCode(code))
    assert.ok(first !== undefined)
    await assert.rejects(fetch(first), 'the first is closed again')
  }
})
