import { type FSWatcher, watch } from 'node:fs'
import { systemErrorCode } from '#lib/errors.ts'

export interface DirectoryWatchesOptions {
  /** `contentOnly` if a file in the directory was written to; else an entry came, went or was renamed. */
  readonly onChange: (directory: string, contentOnly: boolean) => void
  readonly onError: (directory: string, error: unknown) => void
}

/** Events in one counting period that show a directory to be busy. */
const BUSY_EVENTS = 20

/**
 * Watches directories. All watches of a process share one inotify instance, of which the kernel grants root only 128.
 *
 * Every write to a file raises an event, and at thousands of writes a second the events cost more than the reading. So
 * a busy directory is not watched until it has calmed down: who reads it polls it in the meantime.
 */
export class DirectoryWatches {
  readonly #options: DirectoryWatchesOptions
  readonly #watchers = new Map<string, FSWatcher>()
  /** Content events of the current period, by directory. */
  readonly #counts = new Map<string, number>()
  readonly #paused = new Set<string>()
  #failed = false

  constructor(options: DirectoryWatchesOptions) {
    this.#options = options
  }

  add(directory: string): void {
    if (this.#watchers.has(directory) || this.#paused.has(directory) || this.#failed) return
    try {
      const watcher = watch(directory, { persistent: false }, (type) => this.#onEvent(directory, type))
      watcher.on('error', () => this.remove(directory))
      this.#watchers.set(directory, watcher)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      // Out of watches or of descriptors: trying again for every directory would only cost.
      this.#failed = code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE'
      this.#options.onError(directory, error)
    }
  }

  remove(directory: string): void {
    this.#watchers.get(directory)?.close()
    this.#watchers.delete(directory)
    this.#counts.delete(directory)
    this.#paused.delete(directory)
  }

  /** Begins a new counting period. */
  resetCounts(): void {
    this.#counts.clear()
  }

  /** Watches a busy directory again. */
  resume(directory: string): void {
    if (this.#paused.delete(directory)) this.add(directory)
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #onEvent(directory: string, type: string): void {
    if (type !== 'change') {
      this.#options.onChange(directory, false)
      return
    }
    const count = (this.#counts.get(directory) ?? 0) + 1
    this.#counts.set(directory, count)
    if (count > BUSY_EVENTS) {
      this.remove(directory)
      this.#paused.add(directory)
    }
    this.#options.onChange(directory, true)
  }
}
