import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { defineScenario } from './scenario.ts'

const HOUR_MS = 3_600_000
const SHIFTED_CLOCK = join(import.meta.dirname, '..', 'shifted-clock.ts')
/** Until the agent's clock was set too. */
const NOTICED_MS = 200

export const clockStep = defineScenario({
  name: 'clock-step',
  title: "the node's clock is set back by an hour, and forth again",
  // Times are what ids are sorted by, and times go back.
  ordered: false,
  nodeFlags: (directory) => [`--import=${pathToFileURL(SHIFTED_CLOCK)}?file=${shiftFileIn(directory)}`],
  short: { steps: 4, containers: 3, lines: 1_000 },
  long: { steps: 40, containers: 10, lines: 2_000 },
  async play(stage, { steps, containers, lines }) {
    const { agent } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    const write = async () => {
      for (const container of all) {
        container.write(lines)
        await sleep(20)
      }
    }
    await agent.start()
    await write()
    for (let step = 0; step < steps; step++) {
      const shiftMs = step % 2 === 0 ? -HOUR_MS : 0
      writeFileSync(shiftFileIn(stage.directory), String(shiftMs))
      for (const container of all) container.clockShiftNs = BigInt(shiftMs) * 1_000_000n
      await sleep(NOTICED_MS)
      await write()
      for (const container of all) await container.rotate()
      await write()
      await stage.settle()
      if (step % 2 === 0) continue
      await agent.kill()
      await write()
      await agent.start()
    }
  },
})

function shiftFileIn(directory: string): string {
  return join(directory, 'clock-shift')
}
