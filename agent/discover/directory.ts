import { statSync } from 'node:fs'

/** What a look at a directory found: `replaced` if another one has its path now. */
type Look = 'same' | 'changed' | 'replaced' | 'gone'

/** File systems tell times in steps of some milliseconds: behind a change this young another one may hide. */
const SETTLED_AFTER_MS = 1_000
/** A file that was done with may be written to again, and not every file system keeps the times of directories. */
const LISTED_FOR_MS = 120_000

/**
 * A directory that is listed again when it has changed. Its inode and its time of change tell, in a third of the time that
 * a listing takes.
 */
export class Directory {
  readonly path: string
  /** Looked at often until then, monotonic milliseconds. */
  warmUntilMs = 0
  #inode = 0
  #changedAtMs = Number.NaN
  #listedAtMs = 0

  constructor(path: string) {
    this.path = path
  }

  /**
   * Whether it has to be listed; if so the caller does. Throws the system's error.
   *
   * @param nowMs wall clock
   */
  look(nowMs: number): Look {
    const stats = statSync(this.path, { throwIfNoEntry: false })
    if (stats === undefined) return 'gone'
    const isSame = stats.ino === this.#inode && stats.ctimeMs === this.#changedAtMs
    if (isSame && Math.abs(nowMs - this.#listedAtMs) < LISTED_FOR_MS) return 'same'
    const isReplaced = this.#inode !== 0 && stats.ino !== this.#inode
    this.#inode = stats.ino
    this.#changedAtMs = nowMs - stats.ctimeMs >= SETTLED_AFTER_MS ? stats.ctimeMs : Number.NaN
    this.#listedAtMs = nowMs
    return isReplaced ? 'replaced' : 'changed'
  }

  /** Not everything in it could be taken: it is listed again at the next look. */
  distrust(): void {
    this.#changedAtMs = Number.NaN
  }
}
