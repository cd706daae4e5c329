import { setImmediate } from 'node:timers/promises'

/** Background work goes on for so long before others have their turn. */
const TURN_MS = 6

/** Cuts background work into turns, so that requests never wait long for it. */
export class Turns {
  readonly signal: AbortSignal
  #startedAt = performance.now()

  constructor(signal: AbortSignal) {
    this.signal = signal
  }

  get isOver(): boolean {
    return performance.now() - this.#startedAt > TURN_MS
  }

  /** Lets others go first. */
  async next(): Promise<void> {
    await setImmediate()
    this.#startedAt = performance.now()
  }
}
