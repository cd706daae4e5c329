import { setTimeout as sleep } from 'node:timers/promises'
import { defineScenario } from './scenario.ts'

export const collectorAway = defineScenario({
  name: 'collector-away',
  title: 'the collector is away for 20 rotations',
  short: { containers: 4, rotations: 20, linesPerRotation: 500, rotateEveryMs: 100 },
  long: { containers: 10, rotations: 20, linesPerRotation: 5_000, rotateEveryMs: 1_000 },
  async play(stage, { containers, rotations, linesPerRotation, rotateEveryMs }) {
    const all = Array.from({ length: containers }, () => stage.addContainer())
    for (const container of all) container.write(linesPerRotation)
    await stage.agent.start()
    await stage.settle()
    await stage.collector.stop()
    for (let rotation = 0; rotation < rotations; rotation++) {
      for (const container of all) {
        container.write(linesPerRotation)
        await container.rotate()
        container.write(linesPerRotation)
      }
      await sleep(rotateEveryMs)
    }
    const { files_open } = await stage.agent.metrics('files_open')
    stage.notes.filesOpen = files_open
    await stage.collector.start()
  },
})
