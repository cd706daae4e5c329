import { setTimeout as sleep } from 'node:timers/promises'
import type { NumberedContainer } from '../numbered-container.ts'
import { until } from '../until.ts'
import { defineScenario } from './scenario.ts'

const LIFE_MS = 100
/** How long the log of the run before the last is left alone, as was seen. */
const DELETED_AFTER_MS = [300, 3_000] as const

export const crashLoops = defineScenario({
  name: 'crash-loops',
  title: '2 000 containers in crash loops live for 100 ms each time',
  settings: ['logs.flush_after=1s'],
  // On a machine that is busy with other tests the kubelet is given patience: how soon a run is found is not the question.
  short: { containers: 2_000, runs: 2, forMs: 4_000, patience: 1 },
  long: { containers: 2_000, runs: 20, forMs: 120_000, patience: 0 },
  async play(stage, { containers, runs, forMs, patience }) {
    const all = Array.from({ length: containers }, () => stage.addContainer())
    await stage.agent.start()
    const isFound = (container: NumberedContainer, line: number) =>
      stage.collector.audit.highestOf(container.number) >= line
    const untilFound = async (container: NumberedContainer, line: number) => {
      if (patience > 0) await until('the run was found', () => isFound(container, line))
    }
    await Promise.all(all.map((container) => crashAgainAndAgain(container, { runs, forMs, untilFound })))
  },
})

interface Loop {
  readonly runs: number
  readonly forMs: number
  /** Until this line of a container has arrived, if that has to be waited for. */
  readonly untilFound: (container: NumberedContainer, line: number) => Promise<void>
}

async function crashAgainAndAgain(container: NumberedContainer, { runs, forMs, untilFound }: Loop): Promise<void> {
  const backOffMs = forMs / runs - LIFE_MS
  const deletions: Promise<void>[] = []
  await sleep(Math.random() * backOffMs)
  for (let run = 0; run < runs; run++) {
    if (run > 0) container.restart()
    container.write(1 + (run % 3))
    await sleep(LIFE_MS)
    container.writeUnended()
    deletions.push(deleteEarlierRuns(container, untilFound))
    if (run < runs - 1) await sleep(backOffMs)
  }
  await Promise.all(deletions)
}

/** A run is over: what was there of those before goes. */
async function deleteEarlierRuns(container: NumberedContainer, untilFound: Loop['untilFound']): Promise<void> {
  const run = container.log.restartCount
  const lastLine = container.written - 1
  const [least, most] = DELETED_AFTER_MS
  await sleep(least + Math.random() * (most - least))
  await untilFound(container, lastLine)
  container.log.deleteRunsBefore(run)
}
