import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AckOrder } from '../../../agent/tail/ack-order.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'

test('acknowledgements in any order count for the contiguous prefix, each once and in order', () => {
  const batches = fc
    .integer({ min: 1, max: 12 })
    .chain((count) =>
      fc.shuffledSubarray(Array.from({ length: count }, (_, index) => index)).map((order) => ({ count, order })),
    )
  fc.assert(
    fc.property(batches, ({ count, order }) => {
      const acks = new AckOrder()
      const moved: string[] = []
      const batch = (index: number) => [`${index} a`, `${index} b`]
      const points = Array.from({ length: count }, (_, index) =>
        acks.add(batch(index).map((name) => () => moved.push(name))),
      )
      const done = new Set<number>()
      for (const index of order) {
        points[index]!.acknowledge()
        done.add(index)
        let prefix = 0
        while (done.has(prefix)) prefix += 1
        assert.deepEqual(moved, Array.from({ length: prefix }, (_, each) => batch(each)).flat())
      }
    }),
  )
})

test('a crash between acknowledgements of two files does not join a record anew', async (t) => {
  const node = new SimulatedNode(t)
  const { agent, collector, log } = node
  await agent.start()
  await agent.settle()
  collector.mode = 'hold'
  for (let line = 0; line < 70; line++) log.write('stdout', 'a'.repeat(100))
  log.write('stderr', 'begin', 'P')
  for (let line = 0; line < 10; line++) log.write('stdout', 'b'.repeat(100))
  await log.rotate(() => node.pass(30))
  log.write('stderr', 'end')
  for (let line = 0; line < 10; line++) log.write('stdout', 'c'.repeat(100))
  await node.pass(1_000)
  // The latest is answered first, the earliest not before the crash.
  for (let answer = 0; answer < 6; answer++) {
    if (collector.heldRequests > 1) collector.release(1)
    await node.pass(500)
  }
  await agent.crash()
  log.write('stderr', 'another record')
  await agent.start()
  await node.check()
})
