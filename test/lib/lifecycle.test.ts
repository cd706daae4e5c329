import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder, type Service } from '#lib/lifecycle.ts'
import { ManualClock } from '../support/manual-clock.ts'

function recorded(log: string[], name: string, fails = false): Service {
  return {
    name,
    start() {
      log.push(`start ${name}`)
      if (fails) throw new Error(`${name} is broken`)
    },
    stop() {
      log.push(`stop ${name}`)
    },
  }
}

test('services start left to right and stop right to left', async () => {
  const log: string[] = []
  const lifecycle = inOrder([recorded(log, 'a'), recorded(log, 'b')], { clock: new ManualClock(), drainMs: 1_000 })
  await lifecycle.start()
  assert.deepEqual(await lifecycle.stop(), [])
  assert.deepEqual(log, ['start a', 'start b', 'stop b', 'stop a'])
})

test('it is ready once every part has started, and not any more from the moment it stops', async () => {
  const starting = Promise.withResolvers<void>()
  const stopping = Promise.withResolvers<void>()
  const slow: Service = { name: 'slow', start: () => starting.promise, stop: () => stopping.promise }
  const parts = [recorded([], 'a'), slow, recorded([], 'c')]
  const lifecycle = inOrder(parts, { clock: new ManualClock(), drainMs: 1_000 })
  assert.deepEqual(lifecycle.notReady(), ['a not started', 'slow not started', 'c not started'])
  const started = lifecycle.start()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(lifecycle.notReady(), ['slow not started', 'c not started'])
  starting.resolve()
  await started
  assert.deepEqual(lifecycle.notReady(), [])
  const stopped = lifecycle.stop()
  assert.deepEqual(lifecycle.notReady(), ['stopping'])
  stopping.resolve()
  await stopped
  assert.deepEqual(lifecycle.notReady(), ['stopping'])
})

test('a failed start stops what was started and passes the error on', async () => {
  const log: string[] = []
  const parts = [recorded(log, 'a'), recorded(log, 'b', true), recorded(log, 'c')]
  await assert.rejects(inOrder(parts, { clock: new ManualClock(), drainMs: 1_000 }).start(), /b is broken/)
  assert.deepEqual(log, ['start a', 'start b', 'stop b', 'stop a'])
})

test('the drain deadline aborts a service that does not end by itself', async () => {
  const clock = new ManualClock()
  let aborted = false
  const slow: Service = {
    name: 'slow',
    async stop(deadline) {
      await new Promise((resolve) => deadline.addEventListener('abort', resolve))
      aborted = true
    },
  }
  const lifecycle = inOrder([slow], { clock, drainMs: 5_000 })
  await lifecycle.start()
  const stopped = lifecycle.stop()
  await clock.advance(4_999)
  assert.equal(aborted, false)
  await clock.advance(1)
  await stopped
  assert.equal(aborted, true)
})

test('an error while stopping does not keep the others from stopping', async () => {
  const log: string[] = []
  const bad: Service = { name: 'bad', stop: () => Promise.reject(new Error('stuck')) }
  const lifecycle = inOrder([recorded(log, 'a'), bad], { clock: new ManualClock(), drainMs: 1_000 })
  await lifecycle.start()
  const errors = await lifecycle.stop()
  assert.equal(errors.length, 1)
  assert.match(errors[0]!.message, /bad did not stop cleanly/)
  assert.deepEqual(log, ['start a', 'stop a'])
})

test('a service that ignores the deadline is left behind, and the others stop', async () => {
  const log: string[] = []
  const clock = new ManualClock()
  const deaf: Service = { name: 'deaf', stop: () => new Promise(() => {}) }
  const lifecycle = inOrder([recorded(log, 'a'), deaf, recorded(log, 'b')], { clock, drainMs: 1_000 })
  await lifecycle.start()
  const stopped = lifecycle.stop()
  await clock.advance(5_900)
  assert.deepEqual(log, ['start a', 'start b', 'stop b'])
  await clock.advance(200)
  assert.deepEqual(
    (await stopped).map(({ message, cause }) => [message, String(cause)]),
    [['deaf did not stop cleanly', 'Error: it goes on after the drain deadline']],
  )
  assert.deepEqual(log, ['start a', 'start b', 'stop b', 'stop a'])
})

test('a stop during the start stops what was started, once', async () => {
  const log: string[] = []
  const starting = Promise.withResolvers<void>()
  const slow: Service = { name: 'slow', start: () => starting.promise, stop: () => void log.push('stop slow') }
  const lifecycle = inOrder([slow, recorded(log, 'b')], { clock: new ManualClock(), drainMs: 1_000 })
  const started = lifecycle.start()
  const first = lifecycle.stop()
  assert.equal(lifecycle.stop(), first)
  starting.resolve()
  await Promise.all([started, first])
  assert.deepEqual(log, ['stop slow'])
})
