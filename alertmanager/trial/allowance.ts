import type { Clock } from '#lib/clock.ts'

export interface AllowanceOptions {
  readonly clock: Clock
  /** Most at the same time. */
  readonly atOnce: number
  /** Most within a minute. */
  readonly perMinute: number
}

const MINUTE_MS = 60_000

/** Lets something be done a few times at once and a minute; those who come after that are told when to come again. */
export class Allowance {
  readonly #options: AllowanceOptions
  #running = 0
  /** When those of the last minute began, by the monotonic clock. */
  #begun: readonly number[] = []

  constructor(options: AllowanceOptions) {
    this.#options = options
  }

  /** Does it, or returns after how many seconds there may be room. */
  async take<T>(work: () => Promise<T>): Promise<{ readonly done: T } | { readonly retryAfterSeconds: number }> {
    const { clock, atOnce, perMinute } = this.#options
    const nowMs = clock.monotonicMs()
    this.#begun = this.#begun.filter((begunMs) => nowMs - begunMs < MINUTE_MS)
    if (this.#running >= atOnce) return { retryAfterSeconds: 1 }
    if (this.#begun.length >= perMinute) {
      return { retryAfterSeconds: Math.ceil((this.#begun[0]! + MINUTE_MS - nowMs) / 1_000) }
    }
    this.#begun = [...this.#begun, nowMs]
    this.#running += 1
    try {
      return { done: await work() }
    } finally {
      this.#running -= 1
    }
  }
}
