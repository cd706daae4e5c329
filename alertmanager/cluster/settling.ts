import type { Clock } from '#lib/clock.ts'

export interface SettlingOptions {
  readonly clock: Clock
  /** How many members there are. */
  readonly count: () => number
  /** Between two looks. */
  readonly intervalMs: number
  /** After so long it does not matter any more; 0 to wait for nothing. */
  readonly timeoutMs: number
}

/** So many looks in a row must find the same members. */
const STABLE_LOOKS = 3

/** Finds out when all members have found each other, as far as can be known. */
export class Settling {
  readonly #options: SettlingOptions
  readonly #settled = Promise.withResolvers<void>()
  #isSettled = false
  #cancelLook = () => {}
  #cancelTimeout = () => {}

  constructor(options: SettlingOptions) {
    this.#options = options
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  settled(): Promise<void> {
    return this.#settled.promise
  }

  start(): void {
    const { clock, count, timeoutMs } = this.#options
    if (timeoutMs === 0) this.#finish()
    else {
      this.#cancelTimeout = clock.after(timeoutMs, () => this.#finish())
      this.#lookLater(count(), 0)
    }
  }

  stop(): void {
    this.#cancelLook()
    this.#cancelTimeout()
  }

  #lookLater(before: number, stableLooks: number): void {
    const { clock, count, intervalMs } = this.#options
    this.#cancelLook = clock.after(intervalMs, () => {
      const now = count()
      const stable = now === before ? stableLooks + 1 : 0
      if (stable < STABLE_LOOKS) this.#lookLater(now, stable)
      else this.#finish()
    })
  }

  #finish(): void {
    this.stop()
    this.#isSettled = true
    this.#settled.resolve()
  }
}
