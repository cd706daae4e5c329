import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALONE, type Cluster } from '../../../alertmanager/cluster/cluster.ts'
import { Turns } from '../../../alertmanager/cluster/turns.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const NEVER = new AbortController().signal

/** A member that waits to tell something; `answer` is undefined as long as it waits. */
function waiting(position: number, { stop = NEVER, isNews = (): boolean => true } = {}) {
  const clock = new ManualClock()
  const cluster: Cluster & { position: number } = { ...ALONE, isEnabled: true, position }
  const turns = new Turns({ cluster, clock, peerTimeoutMs: 15_000 })
  const wait = () => {
    const state: { answer?: boolean; atMs?: number } = {}
    void turns.wait('x', isNews, stop).then((answer) => {
      state.answer = answer
      state.atMs = clock.monotonicMs()
    })
    return state
  }
  return { clock, cluster, turns, wait }
}

test('the first member waits for nobody, the others one peer_timeout for each before them', async () => {
  for (const position of [0, 1, 2, 8]) {
    const { clock, wait, turns } = waiting(position)
    const state = wait()
    await clock.advance(200_000)
    assert.deepEqual(state, { answer: true, atMs: position * 15_000 })
    assert.equal(turns.allowanceMs, position === 0 ? 0 : (position + 1) * 15_000)
  }
})

test('a router alone is settled and waits for nothing', () => {
  const turns = new Turns({ cluster: ALONE, clock: new ManualClock(), peerTimeoutMs: 15_000 })
  assert.deepEqual([turns.isSettled, turns.mustWait('x'), turns.allowanceMs], [true, false, 0])
})

test('an attempt that is under way is waited for, for one peer_timeout at the most', async () => {
  const failing = waiting(1)
  failing.turns.note('a', 'x', true)
  const failed = failing.wait()
  await failing.clock.advance(20_000)
  assert.deepEqual(failed, {})
  failing.turns.note('a', 'x', false)
  await failing.clock.advance(0)
  assert.deepEqual(failed, { answer: true, atMs: 20_000 })

  const hanging = waiting(1)
  hanging.turns.note('a', 'x', true)
  hanging.turns.note('a', 'other', true)
  const hung = hanging.wait()
  await hanging.clock.advance(60_000)
  assert.deepEqual(hung, { answer: true, atMs: 30_000 })
})

test('it ends the waiting that there is nothing left to tell, that a member is gone, or that the router stops', async () => {
  let isNews = true
  const told = waiting(2, { isNews: () => isNews })
  const nothing = told.wait()
  await told.clock.advance(1_000)
  isNews = false
  told.turns.note('a', 'x', false)
  await told.clock.advance(0)
  assert.deepEqual(nothing, { answer: false, atMs: 1_000 })

  const { clock, cluster, turns, wait } = waiting(2)
  turns.note('a', 'x', true)
  const state = wait()
  await clock.advance(20_000)
  cluster.position = 1
  turns.forget('a')
  await clock.advance(0)
  assert.deepEqual(state, { answer: true, atMs: 20_000 })

  const stop = new AbortController()
  const stopped = waiting(1, { stop: stop.signal })
  const cut = stopped.wait()
  await stopped.clock.advance(1_000)
  stop.abort()
  await stopped.clock.advance(0)
  assert.deepEqual(cut, { answer: false, atMs: 1_000 })
})

test('nobody waits longer because somebody new comes first', async () => {
  const { clock, cluster, turns, wait } = waiting(1)
  const state = wait()
  cluster.position = 5
  turns.forget('z')
  await clock.advance(100_000)
  assert.deepEqual(state, { answer: true, atMs: 15_000 })
})

test('nothing is told before it is known who is there and what they know', async () => {
  const { turns, clock } = waiting(0)
  const inSync = Promise.withResolvers<void>()
  turns.announceTo(
    () => {},
    () => inSync.promise,
  )
  let isOver = false
  void turns.settled(NEVER).then(() => {
    isOver = true
  })
  await turns.settled(AbortSignal.abort())
  await clock.advance(1_000)
  assert.deepEqual([turns.isSettled, isOver], [false, false])
  inSync.resolve()
  await clock.advance(0)
  assert.deepEqual([turns.isSettled, isOver], [true, true])
})
