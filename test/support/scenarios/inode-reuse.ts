import assert from 'node:assert/strict'
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineScenario } from './scenario.ts'

/** What was acknowledged is written down after this long. */
const CHECKPOINTED_MS = 1_500

export const inodeReuse = defineScenario({
  name: 'inode-reuse',
  title: 'the inode that the agent remembers comes back with other lines while it is down',
  missing: whyNoInodeComesBack,
  short: { times: 1, lines: 1_000 },
  long: { times: 10, lines: 20_000 },
  async play(stage, { times, lines }) {
    const { agent } = stage
    const container = stage.addContainer()
    await agent.start()
    let reused = 0
    // Another process may be faster to take the inode.
    for (let round = 0; reused < times && round < 10 * times; round++) {
      container.write(lines)
      await stage.settle()
      await sleep(CHECKPOINTED_MS)
      await agent.kill()
      const remembered = container.log.inode
      await container.rotate()
      container.write(lines)
      await container.rotate()
      // Longer than what was there before, so that an offset alone would fit.
      container.write(2 * lines)
      if (container.log.inode === remembered) reused += 1
      await agent.start()
    }
    stage.notes.inodesReused = reused
    assert.ok(reused > 0, 'the inode never came back')
  },
})

/** Not every file system gives a number out again. */
function whyNoInodeComesBack(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-inode-'))
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      const [first, second] = [1, 2].map(() => takeInode(join(directory, 'file')))
      if (first === second) return undefined
    }
    return 'the file system of the temporary directory does not reuse inode numbers'
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function takeInode(path: string): number {
  const descriptor = openSync(path, 'w')
  const { ino } = fstatSync(descriptor)
  closeSync(descriptor)
  rmSync(path)
  return ino
}
