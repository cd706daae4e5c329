import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FlushGate } from '../../../alertmanager/group/flush-gate.ts'

test('what is due at once begins some at a time and in order, with turns for others between', async () => {
  const gate = new FlushGate()
  const begun: { flush: number; turn: number }[] = []
  let turn = 0
  const pass = async (flush: number) => {
    await gate.pass()
    begun.push({ flush, turn })
  }
  const all = Array.from({ length: 1_050 }, (_, flush) => pass(flush))
  assert.equal(gate.pass() instanceof Promise, true)
  while (begun.length < 1_050) {
    await nextTurn()
    turn += 1
  }
  await Promise.all(all)
  assert.deepEqual(
    begun.map(({ flush }) => flush),
    Array.from({ length: 1_050 }, (_, flush) => flush),
  )
  const perTurn = Map.groupBy(begun, (each) => each.turn)
  assert.ok(perTurn.size >= 5, `${perTurn.size} turns`)
  for (const [, flushes] of perTurn) assert.ok(flushes.length <= 400, `${flushes.length} in one turn`)
})

test('few flushes never wait', async () => {
  const gate = new FlushGate()
  for (let round = 0; round < 5; round++) {
    for (let flush = 0; flush < 200; flush++) assert.equal(gate.pass(), undefined)
    await nextTurn()
    await nextTurn()
  }
})
