import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TapListener } from '../../../../agent/observe/tap/listener.ts'
import { parseTapQuery } from '../../../../agent/observe/tap/query.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function listen(parameters: string) {
  const clock = new ManualClock()
  const sink = {
    isReady: true,
    sent: [] as object[],
    ended: '',
    send: (event: object) => void sink.sent.push(event),
    end(reason: string) {
      sink.ended = reason
    },
  }
  const listener = new TapListener({ query: parseTapQuery(new URLSearchParams(parameters)), sink, clock })
  const offer = (count: number, bytes = 10) => {
    if (!listener.hasRoomFor(count * bytes)) return
    for (let n = 0; n < count; n++) if (!listener.take(bytes, () => ({ n }))) return
  }
  return { clock, sink, listener, offer }
}

test('names are met in full, by pattern, and pods by the beginning of their names', () => {
  const { listener } = listen('namespace=shop&namespace=pay-*&pod=web&pod=db-0&container=app')
  const isMeant = (namespace: string, pod: string, container = 'app') => listener.isMeant({ namespace, pod, container })
  assert.deepEqual(
    [isMeant('shop', 'web-7d9f4-x2kqp'), isMeant('pay-eu', 'db-0'), isMeant('shop', 'web')],
    [true, true, true],
  )
  assert.deepEqual(
    [isMeant('shop', 'webhook-0'), isMeant('other', 'web'), isMeant('shop', 'web', 'proxy'), isMeant('shop', 'db-01')],
    [false, false, false, false],
  )
  assert.ok(listen('').listener.isMeant({ namespace: 'a', pod: 'b', container: 'c' }))
})

test('one line in so many is shown, and the tap ends with its limit', () => {
  const { sink, offer } = listen('sample=3&limit=2')
  offer(20)
  assert.deepEqual(sink.sent, [{ n: 2 }, { n: 5 }])
  assert.equal(sink.ended, 'limit')
  offer(20)
  assert.equal(sink.sent.length, 2)
})

test('what is more than the rate is left out and counted; time gives room again', async () => {
  const { clock, sink, listener, offer } = listen('rate=5')
  offer(8)
  assert.deepEqual([sink.sent.length, listener.skippedBytes], [5, 30])
  offer(8)
  assert.deepEqual([sink.sent.length, listener.skippedBytes], [5, 110])
  await clock.advance(400)
  offer(8)
  assert.equal(sink.sent.length, 7)
  await clock.advance(60_000)
  offer(100)
  assert.equal(sink.sent.length, 12)
})

test('long lines use up the rate by their bytes', () => {
  const { sink, offer } = listen('rate=5000')
  offer(1_000, 1024 ** 2)
  // Each counts as what is shown of it, 64 KiB.
  assert.equal(sink.sent.length, 32)
})

test('a sink that is not ready is not waited for', () => {
  const { sink, listener, offer } = listen('')
  sink.isReady = false
  offer(3)
  assert.deepEqual([sink.sent.length, listener.skippedBytes], [0, 30])
  sink.isReady = true
  offer(3)
  assert.equal(sink.sent.length, 3)
})

test('parameters that are wrong are named', () => {
  const cases = [
    ['stage=joined', /^parameter stage: must be one of read, decoded, record/],
    ['sample=0', /^parameter sample: must be a whole number from 1 to/],
    ['rate=9999', /^parameter rate: must be a whole number from 1 to 5000/],
    ['limit=-1', /^parameter limit: /],
    ['pdo=web', /^parameter pdo: is not known; there are stage/],
    [Array.from({ length: 101 }, (_, n) => `pod=p${n}`).join('&'), /^parameter pod: may be given 100 times/],
  ] as const
  for (const [text, problem] of cases) {
    assert.throws(() => parseTapQuery(new URLSearchParams(text)), { code: 'PARAMETER_INVALID', message: problem })
  }
})
