import { test } from 'node:test'
import fc from 'fast-check'
import { type AgentLife, type Race, RaceSteps } from '../../support/race-steps.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'
import { SystemCalls } from '../../support/system-calls.ts'

/** As many as the kubelet keeps by default. */
const MAX_ROTATED = 4
/** A record that waits for its end for longer is given up, which is right but not foreseen here. */
const PATIENT = ['logs.flush_after=10m']

const race: fc.Arbitrary<Race> = fc.record({
  first: fc.integer({ min: 1, max: 80 }),
  gap: fc.nat(5),
  rotates: fc.boolean(),
  killsAfter: fc.option(fc.nat(8), { nil: undefined, freq: 2 }),
})
const life: fc.Arbitrary<AgentLife> = fc.record({
  rotationsBefore: fc.nat(3),
  collectorIsThere: fc.boolean(),
  start: race,
  steps: fc.array(fc.record({ race, lines: fc.nat(20), ms: fc.nat(1_500) }), { maxLength: 4 }),
})

/** A whole rotation at one call of a start. */
const ROTATIONS_IN_A_START: readonly Race[] = Array.from({ length: 48 }, (_, call) => ({
  ...{ first: call + 1, gap: 0, rotates: true, killsAfter: undefined },
}))
const NOTHING: Race = { first: 1, gap: 1, rotates: false, killsAfter: undefined }
const LIFE = { rotationsBefore: 0, collectorIsThere: true, start: NOTHING }

test('the log is rotated at every system call of a start, without directory events', async (t) => {
  const calls = new SystemCalls(t)
  for (const start of ROTATIONS_IN_A_START) {
    const node = new SimulatedNode(t, { rotation: { maxRotated: MAX_ROTATED }, settings: PATIENT })
    node.agent.openWatch = () => ({ close() {} })
    const run = new RaceSteps(node, calls)
    await run.live({ ...LIFE, steps: [{ race: { ...NOTHING, rotates: true }, lines: 3, ms: 1_000 }] })
    await run.live({ ...LIFE, start, steps: [{ race: NOTHING, lines: 3, ms: 0 }] })
    run.end()
    await node.check()
    await node.close()
  }
})

test('rotations and kills between any two system calls: each line arrives once and in order', async (t) => {
  const calls = new SystemCalls(t)
  const numRuns = Number(process.env.VEDETTE_MODEL_RUNS ?? 12)
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(life, { maxLength: 12, size: 'max' }), async (hasEvents, lives) => {
      const node = new SimulatedNode(t, { rotation: { maxRotated: MAX_ROTATED }, settings: PATIENT })
      try {
        if (!hasEvents) node.agent.openWatch = () => ({ close() {} })
        const run = new RaceSteps(node, calls)
        for (const each of lives) await run.live(each)
        run.end()
        await node.check()
      } finally {
        calls.onCall = undefined
        await node.close()
      }
    }),
    { numRuns },
  )
})
