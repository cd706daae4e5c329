import { test } from 'node:test'
import fc from 'fast-check'
import { RotationSteps, type StepName } from '../../support/rotation-steps.ts'
import { SimulatedNode } from '../../support/simulated-node.ts'

/** How often a step comes, relative to the others. */
const WEIGHTS: Readonly<Record<StepName, number>> = {
  write: 30,
  part: 8,
  rotate: 14,
  failToReopen: 2,
  restart: 3,
  replace: 2,
  beAway: 2,
  wait: 14,
  start: 12,
  crash: 4,
  stop: 2,
  setCollector: 8,
}

const step = fc.oneof(
  ...Object.entries(WEIGHTS).map(([name, weight]) => ({ arbitrary: fc.constant(name as StepName), weight })),
)
const steps = fc.array(fc.record({ name: step, n: fc.nat(999) }), { maxLength: 400, size: 'max' })

test('whatever the runtime and the kubelet do to a log, each line arrives once and in order', async (t) => {
  const numRuns = Number(process.env.VEDETTE_MODEL_RUNS ?? 12)
  await fc.assert(
    fc.asyncProperty(steps, async (mix) => {
      const node = new SimulatedNode(t)
      try {
        const run = new RotationSteps(node)
        for (const { name, n } of mix) await run.run(name, { n })
        run.end()
        await node.check()
      } finally {
        await node.close()
      }
    }),
    { numRuns },
  )
})
