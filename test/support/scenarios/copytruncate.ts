import { setTimeout as sleep } from 'node:timers/promises'
import { defineScenario } from './scenario.ts'

export const copytruncate = defineScenario({
  name: 'copytruncate',
  title: 'logs are copied and truncated, read or not',
  short: { containers: 4, rounds: 12, linesPerRound: 2_000, everyMs: 250 },
  long: { containers: 10, rounds: 100, linesPerRound: 3_000, everyMs: 500 },
  async play(stage, { containers, rounds, linesPerRound, everyMs }) {
    const { collector } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    await stage.agent.start()
    for (let round = 0; round < rounds; round++) {
      // Every third time the collector is away, so that little of it was read.
      if (round % 3 === 2) await collector.stop()
      for (const container of all) container.write(linesPerRound)
      await sleep(everyMs * Math.random())
      for (const container of all) {
        container.log.copyTruncate()
        // At times as long again at once, at times nothing for a while.
        if (round % 2 === 0) container.write(linesPerRound + 1)
      }
      await sleep(everyMs * Math.random())
      if (round % 3 === 2) await collector.start()
    }
    for (const container of all) container.write(1)
  },
})
