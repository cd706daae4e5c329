import { Backoff } from '#lib/backoff.ts'

interface Want {
  readonly isKnown: () => boolean
  readonly backoff: Backoff
  dueAtMs: number
  /** When it may be wanted again after it was given up. */
  forgetAtMs: number
}

const MAX_WANTS = 10_000
const MAX_ATTEMPTS = 6
const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 30_000
const FORGET_AFTER_MS = 10 * 60_000

/**
 * What was looked for and not found: when it is worth asking for again. Waits grow, and after some attempts it is left to
 * the regular refresh: logs of pods that are long gone lie about, and would have the kubelet asked for ever.
 */
export class Wanted {
  readonly #random: () => number
  readonly #wants = new Map<string, Want>()
  #dueAtMs = Number.POSITIVE_INFINITY

  constructor(options: { readonly random: () => number }) {
    this.#random = options.random
  }

  get size(): number {
    return this.#wants.size
  }

  /** When to ask next, monotonic milliseconds; infinity for never. */
  get dueAtMs(): number {
    return this.#dueAtMs
  }

  /** @param isKnown whether the answer has what was looked for */
  add(key: string, isKnown: () => boolean, nowMs: number): void {
    if (this.#wants.has(key) || this.#wants.size >= MAX_WANTS) return
    const backoff = new Backoff({ initialMs: FIRST_DELAY_MS, maxMs: LONGEST_DELAY_MS, random: this.#random })
    this.#wants.set(key, { isKnown, backoff, dueAtMs: nowMs, forgetAtMs: Number.POSITIVE_INFINITY })
    this.#dueAtMs = Math.min(this.#dueAtMs, nowMs)
  }

  /** There was a new answer. */
  answered(nowMs: number): void {
    this.#dueAtMs = Number.POSITIVE_INFINITY
    for (const [key, want] of this.#wants) {
      if (want.isKnown() || nowMs >= want.forgetAtMs) {
        this.#wants.delete(key)
        continue
      }
      // Another one's request has asked for this one too.
      if (want.backoff.attempt < MAX_ATTEMPTS) {
        want.dueAtMs = nowMs + want.backoff.next(FIRST_DELAY_MS)
      } else if (want.forgetAtMs === Number.POSITIVE_INFINITY) {
        want.dueAtMs = Number.POSITIVE_INFINITY
        want.forgetAtMs = nowMs + FORGET_AFTER_MS
      }
      this.#dueAtMs = Math.min(this.#dueAtMs, want.dueAtMs)
    }
  }
}
