import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A directory that is gone when the test is over. */
export function temporaryDirectory(t: Pick<TestContext, 'after'>, prefix = 'vedette-', within = tmpdir()): string {
  const directory = mkdtempSync(join(within, prefix))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The same in memory, where the machine has such a place: for tests that write much and lose no power. */
export function memoryDirectory(t: Pick<TestContext, 'after'>): string {
  return temporaryDirectory(t, 'vedette-', existsSync('/dev/shm') ? '/dev/shm' : tmpdir())
}
