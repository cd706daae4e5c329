import { existsSync } from 'node:fs'
import type { OpenWatch, WatchListener } from '../../agent/discover/open-watch.ts'

/** Watches of directories that tell of nothing but what the test has them tell, and run out when it wants. */
export class ManualWatches {
  /** How many there may be; Infinity unless told. */
  limit = Number.POSITIVE_INFINITY
  code = 'ENOSPC'
  attempts = 0
  readonly #open = new Map<string, WatchListener>()

  readonly open: OpenWatch = (directory, listener) => {
    this.attempts += 1
    if (!existsSync(directory)) throw Object.assign(new Error('no such directory'), { code: 'ENOENT' })
    if (this.#open.size >= this.limit)
      throw Object.assign(new Error(`${this.code}: no more watches`), { code: this.code })
    this.#open.set(directory, listener)
    return { close: () => this.#open.delete(directory) }
  }

  get directories(): readonly string[] {
    return [...this.#open.keys()].sort()
  }

  tell(directory: string, type: 'change' | 'rename', name: string): void {
    this.#open.get(directory)?.onEvent(directory, type, name)
  }

  fail(directory: string, code: string): void {
    this.#open.get(directory)?.onFailure(directory, Object.assign(new Error(code), { code }))
  }
}
