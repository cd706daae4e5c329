import { hash } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import type { PageTarget } from './page-target.ts'
import type { Slots } from './slots.ts'

export interface PageLoopOptions {
  readonly target: PageTarget
  /** When in its interval it is scraped follows from this. Targets with the same job and instance have the same. */
  readonly key: string
  readonly intervalMs: number
  readonly clock: Clock
  /** Shared by all that must not be scraped at the same time. */
  readonly slots: Slots
}

/**
 * Scrapes a target once in each interval, at the same moment of each: targets are spread over it by a hash. A scrape that
 * has to wait longer than an interval for its turn takes the place of those that were due meanwhile.
 */
export class PageLoop {
  readonly #options: PageLoopOptions
  readonly #offsetMs: number
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #lastDueMs = 0

  constructor(options: PageLoopOptions) {
    this.#options = options
    const share = hash('sha1', options.key, 'buffer').readUInt32BE(0) / 2 ** 32
    this.#offsetMs = Math.floor(share * options.intervalMs)
  }

  get target(): PageTarget {
    return this.#options.target
  }

  get intervalMs(): number {
    return this.#options.intervalMs
  }

  start(): void {
    this.#running = this.#run()
  }

  /** @param isGone whether its series end now; they don't when the agent stops */
  async stop(isGone: boolean): Promise<void> {
    this.#stopping.abort()
    await this.#running
    if (isGone) this.target.close()
  }

  async #run(): Promise<void> {
    const { target, clock, slots } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await clock.sleep(this.#waitMs(), signal)
      if (!(await slots.take(signal))) return
      try {
        await target.scrape(signal)
      } finally {
        slots.release()
      }
    }
  }

  /** Until its moment comes again, by the wall clock, so that agents that are restarted keep to it. */
  #waitMs(): number {
    const { clock, intervalMs } = this.#options
    const nowMs = clock.nowMs()
    let dueMs = nowMs + intervalMs - ((nowMs - this.#offsetMs) % intervalMs)
    // Timers may be early by a little: then it is the same moment once more.
    if (dueMs >= this.#lastDueMs && dueMs - this.#lastDueMs < intervalMs / 2) dueMs += intervalMs
    this.#lastDueMs = dueMs
    return dueMs - nowMs
  }
}
