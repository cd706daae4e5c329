import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentProcess } from '../agent-process.ts'
import { fillUp, mountSmallDisk, unmount, whyNoSmallDisk } from '../small-disk.ts'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

export const checkpointDiskFull = defineScenario({
  name: 'checkpoint-disk-full',
  title: 'the disk of the checkpoint is full, and the agent is killed meanwhile',
  missing: whyNoSmallDisk,
  settings: ['logs.flush_after=500ms'],
  short: { rounds: 1, containers: 20, lines: 50 },
  long: { rounds: 20, containers: 40, lines: 500 },
  async play(stage, { rounds, containers, lines }) {
    const { agent } = stage
    assert.ok(mountSmallDisk(stage.stateDir, 1))
    stage.onStrike(() => unmount(stage.stateDir))
    const all = Array.from({ length: containers }, () => stage.addContainer())
    const write = () => {
      for (const container of all) container.write(lines)
    }
    // What is left of the last block still takes a few.
    const untilItFails = async () => {
      const before = await countFailures(agent)
      await until('a checkpoint cannot be written', async () => {
        write()
        return (await countFailures(agent)) > before
      })
    }
    await agent.start()
    for (let round = 0; round < rounds; round++) {
      write()
      await stage.settle()
      const filler = join(stage.stateDir, 'filler')
      fillUp(filler)
      await untilItFails()
      // Shipping goes on all the same.
      await stage.settle()
      await agent.kill()
      write()
      await agent.start()
      await untilItFails()
      await stage.settle()
      // A record that the clock would end, which has to be written down first, waits for the disk.
      for (const container of all) container.writeUnended()
      await sleep(1_500)
      const shipped = stage.collector.audit.size
      assert.equal(shipped, stage.written - containers, 'an end that was not written down was shipped')
      rmSync(filler)
      await stage.settle()
      for (const container of all) container.restart()
    }
  },
})

async function countFailures(agent: AgentProcess): Promise<number> {
  return (await agent.metrics('checkpoint_errors_total')).checkpoint_errors_total
}
