import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchSize } from '../../../collector/index/batch-size.ts'
import { Flow, type FlowVerdict } from '../../../collector/index/flow.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const never = new AbortController().signal

function create(maxConcurrency = 8) {
  const clock = new ManualClock()
  const backoff = { initialMs: 1_000, maxMs: 8_000, random: () => 0 }
  const flow = new Flow({ clock, backoff, maxConcurrency })
  /** As many requests as may be under way, all with the same end. */
  const round = async (verdict: FlowVerdict) => {
    const tickets = await Promise.all(Array.from({ length: flow.limit }, () => flow.enter(never)))
    for (const ticket of tickets) flow.leave(ticket!, verdict)
  }
  return { clock, flow, round }
}

test('each round of answers adds a request, up to the maximum', async () => {
  const { flow, round } = create(4)
  const limits: number[] = []
  for (let count = 0; count < 6; count++) {
    limits.push(flow.limit)
    await round({ kind: 'answered' })
  }
  assert.equal(limits[0], 1)
  assert.ok(limits.every((limit, index) => index === 0 || limit - limits[index - 1]! <= 1))
  assert.equal(flow.limit, 4)
})

test('requests that are answered while there is room to spare add nothing', async () => {
  const { flow, round } = create()
  await round({ kind: 'answered' })
  assert.equal(flow.limit, 2)
  for (let count = 0; count < 20; count++) flow.leave((await flow.enter(never))!, { kind: 'answered' })
  assert.equal(flow.limit, 2)
})

test('overload halves the number of requests, once for all that were under way', async () => {
  const { flow, round } = create()
  for (let count = 0; count < 40; count++) await round({ kind: 'answered' })
  assert.equal(flow.limit, 8)
  await round({ kind: 'pressed' })
  assert.equal(flow.limit, 4)
  await round({ kind: 'pressed' })
  assert.equal(flow.limit, 2)
})

test('a server with one core gets two requests at a time: one to work on, one to wait', async () => {
  const { flow, round } = create()
  for (let count = 0; count < 100; count++) await round({ kind: 'answered', msPerMiB: 20 * flow.limit })
  assert.ok(flow.limit >= 2 && flow.limit <= 3, String(flow.limit))
})

test('a server with many cores gets as many requests as are allowed', async () => {
  const { flow, round } = create()
  for (let count = 0; count < 100; count++) await round({ kind: 'answered', msPerMiB: 20 })
  assert.equal(flow.limit, 8)
})

test('rising latency takes requests away', async () => {
  const { flow, round } = create()
  for (let count = 0; count < 100; count++) await round({ kind: 'answered', msPerMiB: 20 })
  for (let count = 0; count < 10; count++) await round({ kind: 'answered', msPerMiB: 200 })
  assert.ok(flow.limit < 5, String(flow.limit))
})

test('after a failure nobody sends until the wait is over, then one asks for all', async () => {
  const { clock, flow } = create()
  flow.leave((await flow.enter(never))!, { kind: 'failed', afterMs: 5_000 })
  assert.equal(flow.failures, 1)
  const entered: number[] = []
  const waiting = [1, 2, 3].map(async (worker) => {
    const ticket = (await flow.enter(never))!
    entered.push(worker)
    return ticket
  })
  await clock.advance(5_500)
  assert.deepEqual(entered, [], 'Retry-After and the back-off on top of it')
  await clock.advance(500)
  assert.deepEqual(entered, [1], 'the probe')
  flow.leave(await waiting[0]!, { kind: 'failed', afterMs: 0 })
  await clock.advance(1_999)
  assert.deepEqual(entered, [1])
  await clock.advance(1)
  assert.equal(entered.length, 2)
  flow.leave(await waiting[entered[1]! - 1]!, { kind: 'answered' })
  await clock.advance(0)
  assert.equal(entered.length, 3)
  assert.equal(flow.failures, 0)
})

test('a late failure of what was sent before is no news, but its Retry-After holds', async () => {
  const { clock, flow, round } = create()
  for (let count = 0; count < 10; count++) await round({ kind: 'answered' })
  const [first, second, third] = await Promise.all([flow.enter(never), flow.enter(never), flow.enter(never)])
  flow.leave(first!, { kind: 'failed', afterMs: 0 })
  flow.leave(second!, { kind: 'failed', afterMs: 0 })
  assert.equal(flow.failures, 1)
  flow.leave(third!, { kind: 'failed', afterMs: 30_000 })
  assert.equal(flow.failures, 1)
  let hasEntered = false
  const waiting = flow.enter(never).then(() => {
    hasEntered = true
  })
  await clock.advance(29_999)
  assert.equal(hasEntered, false)
  await clock.advance(1)
  await waiting
})

test('draining ends all waits', async () => {
  const { flow } = create()
  flow.leave((await flow.enter(never))!, { kind: 'failed', afterMs: 60_000 })
  const draining = new AbortController()
  const entering = flow.enter(draining.signal)
  const turn = flow.turnOf(7, draining.signal)
  draining.abort()
  assert.deepEqual([await entering, await turn], [undefined, false])
})

test('a size that was refused is not tried again, one that timed out is', () => {
  const size = new BatchSize({ maxBytes: 8_000_000 })
  size.timedOut(8_000_000)
  assert.equal(size.targetBytes, 4_000_000)
  for (let count = 0; count < 100; count++) size.answered(size.targetBytes)
  assert.equal(size.targetBytes, 8_000_000)
  size.refused(3_000_000)
  assert.equal(size.targetBytes, 1_500_000)
  for (let count = 0; count < 100; count++) size.answered(size.targetBytes)
  assert.equal(size.targetBytes, 2_400_000)
  assert.ok(size.limitBytes <= 2_400_000)
  size.refused(1)
  assert.ok(size.targetBytes > 0)
})
