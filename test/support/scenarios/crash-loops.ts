import { setTimeout as sleep } from 'node:timers/promises'
import type { NumberedContainer } from '../numbered-container.ts'
import { defineScenario } from './scenario.ts'

const LIFE_MS = 100
/** How long the log of the run before the last is left alone, as was seen. */
const DELETED_AFTER_MS = [300, 3_000] as const

export const crashLoops = defineScenario({
  name: 'crash-loops',
  title: '2 000 containers in crash loops live for 100 ms each time',
  settings: ['logs.flush_after=1s'],
  short: { containers: 2_000, runs: 2, forMs: 4_000 },
  long: { containers: 2_000, runs: 20, forMs: 120_000 },
  async play(stage, { containers, runs, forMs }) {
    const all = Array.from({ length: containers }, () => stage.addContainer())
    await stage.agent.start()
    await Promise.all(all.map((container) => crashAgainAndAgain(container, runs, forMs)))
  },
})

async function crashAgainAndAgain(container: NumberedContainer, runs: number, forMs: number): Promise<void> {
  const backOffMs = forMs / runs - LIFE_MS
  const deletions: Promise<void>[] = []
  await sleep(Math.random() * backOffMs)
  for (let run = 0; run < runs; run++) {
    if (run > 0) container.log.restart()
    container.write(1 + (run % 3))
    await sleep(LIFE_MS)
    container.writeUnended()
    if (run > 0) deletions.push(deleteLater(container, run - 1))
    if (run < runs - 1) await sleep(backOffMs)
  }
  await Promise.all(deletions)
}

async function deleteLater(container: NumberedContainer, run: number): Promise<void> {
  const [least, most] = DELETED_AFTER_MS
  await sleep(least + Math.random() * (most - least))
  container.log.deleteRun(run)
}
