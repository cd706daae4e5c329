import fs, { type PathLike } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { TestContext } from 'node:test'

/** Makes synchronous writes to files whose path has a given part fail as on a full disk. */
export class FullDisk {
  #isFull = false
  /** Writes that failed. */
  refused = 0

  constructor(t: Pick<TestContext, 'mock' | 'after'>, part: string) {
    const { writeSync, openSync, readlinkSync } = fs
    const refuses = (path: PathLike) => this.#isFull && String(path).includes(part)
    const fail = () => {
      this.refused += 1
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    const write = (fd: number, bytes: Buffer, ...rest: number[]): number => {
      if (!refuses(readlinkSync(`/proc/self/fd/${fd}`))) return writeSync(fd, bytes, ...rest)
      // A full disk still takes what fits into the last block, so what is there is torn.
      writeSync(fd, bytes.subarray(0, 5))
      return fail()
    }
    const open = (path: PathLike, flags: string) => (refuses(path) && flags === 'w' ? fail() : openSync(path, flags))
    t.mock.method(fs, 'writeSync', write as typeof writeSync)
    t.mock.method(fs, 'openSync', open as typeof openSync)
    syncBuiltinESMExports()
    t.after(() => {
      t.mock.restoreAll()
      syncBuiltinESMExports()
    })
  }

  fill(): void {
    this.#isFull = true
  }

  free(): void {
    this.#isFull = false
  }
}
