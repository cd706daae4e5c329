export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  readonly initialMs: number
  /** Upper bound that later delays never pass, in milliseconds. */
  readonly maxMs: number
  /** Returns a number in [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

/**
 * Exponential back-off with full jitter: the n-th delay is uniform in (0, min(maxMs, initialMs * 2^n)].
 * Full jitter keeps a fleet of agents from returning in step after an outage.
 */
export class Backoff {
  readonly #options: BackoffOptions
  #attempt = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Number of delays handed out since the last reset. */
  get attempt(): number {
    return this.#attempt
  }

  /** The next delay in milliseconds; at least `floorMs`, which carries a peer's Retry-After. */
  next(floorMs = 0): number {
    const { initialMs, maxMs, random = Math.random } = this.#options
    const ceilingMs = Math.min(maxMs, initialMs * 2 ** Math.min(this.#attempt, 30))
    this.#attempt += 1
    return Math.max(floorMs, Math.ceil((1 - random()) * ceilingMs))
  }

  reset(): void {
    this.#attempt = 0
  }
}
