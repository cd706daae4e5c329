/** Tokens that come at a steady pace and can be saved up to a number. */
export class TokenBucket {
  readonly #intervalMs: number
  readonly #burst: number
  #tokens: number
  #filledAtMs: number

  constructor(options: { readonly intervalMs: number; readonly burst: number; readonly nowMs: number }) {
    this.#intervalMs = options.intervalMs
    this.#burst = options.burst
    this.#tokens = options.burst
    this.#filledAtMs = options.nowMs
  }

  /** Takes a token, if there is one. */
  take(nowMs: number): boolean {
    const gained = Math.max(0, nowMs - this.#filledAtMs) / this.#intervalMs
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#filledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
