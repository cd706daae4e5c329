import { setImmediate as nextTurn } from 'node:timers/promises'

/** Flushes that begin in one turn of the event loop: about ten milliseconds of work. */
const PER_TURN = 200

/**
 * Lets so many flushes begin in a turn. Thousands of groups may be due at once, after a start or an outage: requests and
 * timers need not wait for all of them.
 */
export class FlushGate {
  readonly #waiting: (() => void)[] = []
  #begun = 0
  #isCounting = false

  /** Undefined if the flush may begin at once. */
  pass(): Promise<void> | undefined {
    if (!this.#isCounting) void this.#count()
    this.#begun += 1
    if (this.#begun <= PER_TURN) return undefined
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async #count(): Promise<void> {
    this.#isCounting = true
    do {
      await nextTurn()
      const next = this.#waiting.splice(0, PER_TURN)
      this.#begun = next.length + this.#waiting.length
      for (const begin of next) begin()
    } while (this.#begun > 0)
    this.#isCounting = false
  }
}
