import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

export const collectorAwayKilled = defineScenario({
  name: 'collector-away-killed',
  title: 'the collector is away for 20 rotations, the agent is killed after every few, and a pod goes',
  short: { containers: 3, rotations: 20, linesPerRotation: 300, rotateEveryMs: 100, rotationsPerKill: 7 },
  long: { containers: 10, rotations: 40, linesPerRotation: 5_000, rotateEveryMs: 1_000, rotationsPerKill: 5 },
  async play(stage, { containers, rotations, linesPerRotation, rotateEveryMs, rotationsPerKill }) {
    const { agent, collector } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    for (const container of all) container.write(linesPerRotation)
    await agent.start()
    await stage.settle()
    await collector.stop()
    for (let rotation = 1; rotation <= rotations; rotation++) {
      for (const container of all) {
        container.write(linesPerRotation)
        await container.rotate()
        container.write(linesPerRotation)
      }
      await sleep(rotateEveryMs)
      if (rotation % rotationsPerKill > 0) continue
      await agent.kill()
      await agent.start()
    }
    const [gone] = all
    // A live file gets a second name when it has been behind for a while.
    await until('the live file is linked', () => statSync(join(gone!.log.directory, '0.log')).nlink > 1)
    gone!.log.removePod()
    const { spool_bytes, shed_bytes_total } = await agent.metrics('spool_bytes', 'shed_bytes_total')
    assert.ok(spool_bytes > 0)
    assert.equal(shed_bytes_total, 0)
    stage.notes.spoolBytes = spool_bytes
    await agent.kill()
    await agent.start()
    await collector.start()
  },
})
