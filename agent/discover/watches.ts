import { basename } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import type { OpenWatch, Watch, WatchListener } from './open-watch.ts'

export interface DirectoryWatchesOptions {
  readonly open: OpenWatch
  /**
   * `contentOnly` if a file in the directory was written to; else an entry came, went or was renamed. `name` is the
   * entry's, if the system tells it.
   */
  readonly onChange: (directory: string, contentOnly: boolean, name: string | null) => void
  /** A directory cannot be watched. If it is for want of watches, only the first is told of until all can be watched. */
  readonly onError: (directory: string, error: unknown) => void
}

/** Events in one counting period that show a directory to be busy. */
const BUSY_EVENTS = 20
/** No more watches, inotify instances, descriptors, or memory for them. */
const EXHAUSTED: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'])

/**
 * Watches directories. All watches of a process share one inotify instance, of which the kernel grants root only 128.
 *
 * Every write to a file raises an event, and at thousands of writes a second the events cost more than the reading. So
 * a busy directory is not watched until it has calmed down: who reads it polls it in the meantime. What cannot be
 * watched has to be polled for good, or until watches are free again.
 */
export class DirectoryWatches {
  readonly #options: DirectoryWatchesOptions
  readonly #watches = new Map<string, Watch>()
  /** Content events of the current period, by directory. */
  readonly #counts = new Map<string, number>()
  readonly #paused = new Set<string>()
  readonly #unwatched = new Set<string>()
  readonly #listener: WatchListener = {
    onEvent: (directory, type, name) => this.#onEvent(directory, type, name),
    onFailure: (directory, error) => this.#onFailure(directory, error),
  }
  /** Trying it for every directory would only cost. */
  #isExhausted = false
  /** Whether it was said that there are no more watches. */
  #isTold = false

  constructor(options: DirectoryWatchesOptions) {
    this.#options = options
  }

  get watchedCount(): number {
    return this.#watches.size
  }

  /** Directories that cannot be watched. */
  get unwatched(): Iterable<string> {
    return this.#unwatched
  }

  /** How many there are; not those that are too busy for it. */
  get unwatchedCount(): number {
    return this.#unwatched.size
  }

  isPaused(directory: string): boolean {
    return this.#paused.has(directory)
  }

  add(directory: string): void {
    if (this.#watches.has(directory) || this.#paused.has(directory)) return
    if (this.#isExhausted) this.#unwatched.add(directory)
    else this.#open(directory)
  }

  remove(directory: string): void {
    this.#watches.get(directory)?.close()
    this.#watches.delete(directory)
    this.#counts.delete(directory)
    this.#paused.delete(directory)
    this.#unwatched.delete(directory)
  }

  /** Begins a new counting period. */
  resetCounts(): void {
    this.#counts.clear()
  }

  /** Watches a busy directory again. */
  resume(directory: string): void {
    if (this.#paused.delete(directory)) this.add(directory)
  }

  /** Watches all busy directories again; returns which these are. */
  resumeAll(): readonly string[] {
    const paused = [...this.#paused]
    for (const directory of paused) this.resume(directory)
    return paused
  }

  /** Tries to watch what could not be watched. What happened to it in the meantime is told as a change. */
  retry(): void {
    this.#isExhausted = false
    for (const directory of [...this.#unwatched]) {
      this.#open(directory)
      if (this.#isExhausted) return
      if (this.#watches.has(directory)) this.#options.onChange(directory, false, null)
    }
    this.#isTold = false
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close()
    this.#watches.clear()
  }

  #open(directory: string): void {
    try {
      this.#watches.set(directory, this.#options.open(directory, this.#listener))
      this.#unwatched.delete(directory)
    } catch (error) {
      this.#onFailure(directory, error)
    }
  }

  #onFailure(directory: string, error: unknown): void {
    const isKnown = this.#unwatched.has(directory)
    const code = systemErrorCode(error)
    this.#watches.get(directory)?.close()
    this.#watches.delete(directory)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      this.#unwatched.delete(directory)
      return
    }
    this.#unwatched.add(directory)
    const isExhausted = EXHAUSTED.has(code)
    if (isExhausted ? !this.#isTold : !isKnown) this.#options.onError(directory, error)
    this.#isExhausted ||= isExhausted
    this.#isTold ||= isExhausted
  }

  #onEvent(directory: string, type: string, name: string | null): void {
    if (type !== 'change') {
      // An event of the directory itself calls it by its name. It may be gone, and its path stand for another one.
      if (name === basename(directory)) this.remove(directory)
      this.#options.onChange(directory, false, name)
      return
    }
    const count = (this.#counts.get(directory) ?? 0) + 1
    this.#counts.set(directory, count)
    if (count > BUSY_EVENTS) {
      this.remove(directory)
      this.#paused.add(directory)
    }
    this.#options.onChange(directory, true, name)
  }
}
