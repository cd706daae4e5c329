import { setImmediate } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import { ElasticsearchError } from '../elasticsearch-error.ts'

/** So long a search runs before others have their turn. */
const SLICE_MS = 4

export interface RunLimits {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The search ends then with what it has. */
  readonly deadlineMs: number
}

/** Divides a search into slices, so that it blocks nobody, and ends it when nobody waits for it any more. */
export class SliceTimer {
  readonly #limits: RunLimits
  #sliceStartMs = performance.now()

  constructor(limits: RunLimits) {
    this.#limits = limits
  }

  get isOver(): boolean {
    return this.#limits.clock.monotonicMs() >= this.#limits.deadlineMs
  }

  /**
   * Lets others have their turn if this slice was long enough.
   *
   * @throws ElasticsearchError if the client is gone
   */
  async pause(): Promise<void> {
    if (performance.now() - this.#sliceStartMs < SLICE_MS) return
    await setImmediate()
    this.#sliceStartMs = performance.now()
    if (this.#limits.signal.aborted)
      throw new ElasticsearchError(400, 'task_cancelled_exception', 'the client has closed the connection')
  }
}
