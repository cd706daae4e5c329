import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Checkpoints } from '../../../agent/tail/checkpoints.ts'
import { residentBytesOf } from '../../../bench/process-usage.ts'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const LINES = 5
/** From the last words to the removal, as was seen: 0.3 s to the file's, seconds to the directory's. */
const REMOVED_AFTER_MS = [300, 1_500] as const
const MIB = 1024 ** 2

export const shortPods = defineScenario({
  name: 'pods',
  title: 'pods come and go, and nothing stays behind in the agent',
  short: { pods: 500, perSecond: 200 },
  long: { pods: 10_000, perSecond: 50 },
  async play(stage, { pods, perSecond }) {
    const { agent } = stage
    await agent.start()
    const residentMib: number[] = []
    const removals: Promise<void>[] = []
    const startedAtMs = performance.now()
    for (let pod = 0; pod < pods; pod++) {
      removals.push(liveBriefly(stage))
      await sleep(Math.max(0, startedAtMs + ((pod + 1) * 1_000) / perSecond - performance.now()))
      if ((pod + 1) % Math.floor(pods / 3) === 0) residentMib.push(Math.round(residentBytesOf(agent.pid).now / MIB))
    }
    await Promise.all(removals)
    stage.notes.residentMibByThirds = residentMib.join(' ')
    await stage.settle()
    const isForgotten = async () => {
      const counts = await agent.metrics('containers', 'files_open', 'unread_bytes')
      return Object.values(counts).every((count) => count === 0)
    }
    await until('everything is forgotten', isForgotten, { timeoutMs: 60_000 })
    // The end of the last ones is written down within a second.
    await sleep(1_500)
    stage.notes.residentMibAtTheEnd = Math.round(residentBytesOf(agent.pid).now / MIB)
    assert.deepEqual([...readCheckpoints(stage.stateDir)], [], 'there are checkpoints of pods that are gone')
  },
})

async function liveBriefly(stage: Stage): Promise<void> {
  const container = stage.addContainer()
  container.write(LINES)
  // What this is about is what stays behind, not how soon a pod is found on a busy machine.
  await until('the pod was found', () => stage.collector.audit.highestOf(container.number) >= 0)
  const [least, most] = REMOVED_AFTER_MS
  await sleep(least + Math.random() * (most - least))
  container.log.removePod()
}

/** Container instances of which something is remembered. */
function readCheckpoints(stateDir: string): ReadonlySet<string> {
  const checkpoints = new Checkpoints(stateDir)
  checkpoints.open()
  checkpoints.close()
  return checkpoints.instances()
}
