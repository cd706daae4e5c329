/** What is overdrawn is made up for within this time: much may be taken at once for reasons that go before any rate. */
const LONGEST_DEBT_MS = 60_000

/**
 * What may be taken at a rate. It holds what was not taken for some time, and lets itself be overdrawn once, so that
 * something larger than all it can hold goes through and is made up for afterwards.
 */
export class TokenBucket {
  readonly #perMs: number
  readonly #capacity: number
  #tokens: number
  #atMs: number

  /** @param burstMs it holds what comes in so long a time, but one token at least */
  constructor(perSecond: number, burstMs: number, nowMs: number) {
    this.#perMs = perSecond / 1000
    this.#capacity = Math.max(1, this.#perMs * burstMs)
    this.#tokens = this.#capacity
    this.#atMs = nowMs
  }

  /** What may be taken; negative while it is overdrawn. */
  get tokens(): number {
    return this.#tokens
  }

  /** Whether there is enough to make a pause worth its end: what comes in half a second, or all it can hold. */
  get isWorthwhile(): boolean {
    return this.#tokens >= Math.min(this.#capacity, Math.max(1, this.#perMs * 500))
  }

  /** @param nowMs monotonic milliseconds */
  refill(nowMs: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
  }

  take(count: number): void {
    this.#tokens = Math.max(this.#tokens - count, -this.#perMs * LONGEST_DEBT_MS)
  }
}
