import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { ContainerLog } from '../../../agent/tail/container-log.ts'
import { Turns, type Urgency } from '../../../agent/tail/turns.ts'
import { AgentHarness } from '../../support/agent-harness.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { FakeCollector } from '../../support/fake-collector.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const QUANTUM_BYTES = 256 * 1024
const BATCH_BYTES = 64 * 1024

test('whatever comes in between, nobody waits for more than a bounded number of turns, and each kind keeps its order', () => {
  const urgency = fc.constantFrom<Urgency>('fresh', 'backlogged', 'fleeting')
  const steps = fc.array(fc.record({ urgency, takes: fc.nat(2) }), { maxLength: 300 })
  fc.assert(
    fc.property(steps, (mix) => {
      const turns = new Turns()
      const waiting: { log: ContainerLog; urgency: Urgency; since: number; before: number }[] = []
      let taken = 0
      for (const { urgency: added, takes } of mix) {
        const log = {} as ContainerLog
        const before = waiting.filter((other) => other.urgency === added).length
        waiting.push({ log, urgency: added, since: taken, before })
        turns.add(log, added)
        for (let take = 0; take < takes; take++) {
          const next = turns.take()
          if (next === undefined) continue
          taken += 1
          const at = waiting.findIndex((other) => other.log === next)
          const [found] = waiting.splice(at, 1)
          assert.ok(!waiting.slice(0, at).some((other) => other.urgency === found!.urgency), 'in order')
          // 64 fresh ones and a fleeting one may come before each of the backlogged, and the like for the others.
          assert.ok(taken - found!.since <= (found!.before + 1) * 130)
        }
      }
      while (turns.take() !== undefined) taken += 1
      assert.equal(taken, mix.length)
      assert.ok(turns.isEmpty)
    }),
  )
})

function setUp(t: TestContext) {
  const collector = new FakeCollector()
  const agent = new AgentHarness(temporaryDirectory(t), collector, [
    `ship.batch.max_bytes=${BATCH_BYTES}`,
    'ship.max_in_flight=1',
  ])
  t.after(async () => {
    collector.mode = 'accept'
    collector.release()
    if (agent.isRunning) await agent.stop()
  })
  const pods = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => new ContainerFiles(agent.podsDir, `${kind}-${index}`))
  return { agent, collector, pods }
}

/** Bytes that containers with a backlog had delivered between two moments. */
function deliveredBytes({ records }: FakeCollector): number {
  let bytes = 0
  for (const { container, body } of records.values()) if (container.startsWith('noisy')) bytes += body.length
  return bytes
}

for (const noisyCount of [1, 20]) {
  test(`${noisyCount} with a backlog delay 50 quiet containers by a few batches, however much they have`, async (t) => {
    const { agent, collector, pods } = setUp(t)
    const noisy = pods('noisy', noisyCount)
    const quiet = pods('quiet', 50)
    const line = 'n'.repeat(1_000)
    for (const files of noisy) files.write(Array(6_000 / noisyCount).fill(line))
    for (const files of quiet) files.write(['first'])
    collector.mode = 'hold'
    await agent.start()
    const answer = async () => {
      collector.release(1)
      await agent.clock.advance(20)
    }
    while (deliveredBytes(collector) < 200_000) await answer()
    for (let round = 0; round < 3; round++) {
      for (const files of quiet) files.write([`round ${round}`])
      const before = deliveredBytes(collector)
      // Active logs are looked at every 100 ms.
      await agent.clock.advance(200)
      const arrived = () => quiet.every(({ name }) => collector.bodies(name, 'stdout').includes(`round ${round}`))
      while (!arrived()) await answer()
      const bytes = deliveredBytes(collector) - before
      // The turn under way, the one after the quiet ones, what was in flight, and the batch that the lines are in.
      assert.ok(bytes <= 2 * QUANTUM_BYTES + 3 * BATCH_BYTES, `${bytes} bytes came before them`)
    }
    assert.ok(deliveredBytes(collector) < 4_000_000, 'there was a backlog all the time')
  })
}
