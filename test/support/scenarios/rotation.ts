import { setTimeout as sleep } from 'node:timers/promises'
import type { NumberedContainer } from '../numbered-container.ts'
import { defineScenario } from './scenario.ts'

const BODY_BYTES = 1_000
const BYTES_PER_SECOND = 50e6
const ROTATE_EVERY_MS = 200

export const rotation = defineScenario({
  name: 'rotation',
  title: 'rotation every 200 ms at 50 MB/s',
  short: { seconds: 4 },
  long: { seconds: 60 },
  async play(stage, { seconds }) {
    const container = stage.addContainer({ bodyBytes: BODY_BYTES })
    await stage.agent.start()
    const startedAtMs = performance.now()
    const writing = pour(container, seconds)
    let isWriting = true
    void writing.finally(() => (isWriting = false))
    let rotations = 0
    while (isWriting) {
      const nextAtMs = performance.now() + ROTATE_EVERY_MS
      await container.rotate()
      rotations += 1
      await sleep(Math.max(0, nextAtMs - performance.now()))
    }
    await writing
    const took = (performance.now() - startedAtMs) / 1_000
    stage.notes.rotations = rotations
    stage.notes.megabytesPerSecond = Math.round((container.written * BODY_BYTES) / 1e6 / took)
  },
})

/** Writes as much as fits into so many seconds at full speed, however long it takes. */
async function pour(container: NumberedContainer, seconds: number): Promise<void> {
  const lines = Math.ceil((BYTES_PER_SECOND * seconds) / BODY_BYTES)
  const startedAtMs = performance.now()
  while (container.written < lines) {
    const due = Math.ceil((BYTES_PER_SECOND * (performance.now() - startedAtMs)) / 1_000 / BODY_BYTES)
    // No more than a pipe and the runtime's buffers would hold back, or a pause would be made good at once.
    const missing = Math.min(due, lines) - container.written
    if (missing > 0) container.write(Math.min(missing, 2_000))
    // A rotation may come between the parts of a line.
    container.begin()
    await sleep(1)
  }
  container.write(0)
}
