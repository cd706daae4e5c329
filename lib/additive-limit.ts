export interface AdditiveLimitOptions {
  readonly min: number
  readonly max: number
  readonly initial: number
}

/**
 * How many requests may be under way to a peer that tells by its answers what it bears: each round of good answers adds
 * one, each failure takes away a part (additive increase, multiplicative decrease).
 */
export class AdditiveLimit {
  readonly #min: number
  readonly #max: number
  #value: number

  constructor({ min, max, initial }: AdditiveLimitOptions) {
    this.#min = min
    this.#max = max
    this.#value = initial
  }

  /** A whole number of requests. */
  get current(): number {
    return Math.floor(this.#value)
  }

  /** A good answer: as many of them as there may be requests add one. */
  grow(): void {
    this.#value = Math.min(this.#max, this.#value + 1 / this.current)
  }

  /** Keeps a part of it; a half unless told. */
  cut(part = 0.5): void {
    this.#value = Math.max(this.#min, this.#value * part)
  }
}
