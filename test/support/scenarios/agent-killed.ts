import { setTimeout as sleep } from 'node:timers/promises'
import type { NumberedContainer } from '../numbered-container.ts'
import { defineScenario } from './scenario.ts'

/** Compressed files are kept for some more: what the agent had not seen yet is in them. */
const ROTATIONS_WHILE_DOWN = 2

export const agentKilled = defineScenario({
  name: 'agent-killed',
  title: 'the agent is killed again and again while logs are rotated and the collector comes and goes',
  short: { containers: 4, kills: 6, lines: 40, rotateEveryMs: 700, killEveryMs: 1_000 },
  long: { containers: 20, kills: 100, lines: 20, rotateEveryMs: 1_000, killEveryMs: 2_500 },
  async play(stage, { containers, kills, lines, rotateEveryMs, killEveryMs }) {
    const { agent, collector } = stage
    const all = Array.from({ length: containers }, () => stage.addContainer())
    await agent.start()
    let rotationsLeft = Number.POSITIVE_INFINITY
    let isOver = false
    const writeAndRotate = async (container: NumberedContainer) => {
      let rotatedAtMs = performance.now() - Math.random() * rotateEveryMs
      while (!isOver) {
        container.write(lines)
        container.begin()
        if (performance.now() - rotatedAtMs > rotateEveryMs && rotationsLeft > 0) {
          rotationsLeft -= 1
          await container.rotate()
          rotatedAtMs = performance.now()
        }
        await sleep(50)
      }
      container.write(0)
    }
    const writing = all.map(writeAndRotate)
    for (let kill = 0; kill < kills; kill++) {
      // A third of the time there is nobody to deliver to.
      if (kill % 3 === 1) await collector.stop()
      await sleep(killEveryMs * (0.5 + Math.random()))
      await agent.kill()
      rotationsLeft = ROTATIONS_WHILE_DOWN * containers
      if (Math.random() < 0.5) await sleep(rotateEveryMs)
      await agent.start()
      rotationsLeft = Number.POSITIVE_INFINITY
      if (kill % 3 === 1) await collector.start()
    }
    isOver = true
    await Promise.all(writing)
  },
})
