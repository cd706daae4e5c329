import type { Clock } from '#lib/clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** Turns of the event loop in which everything that a timer set off has happened, reads of files included. */
const TURNS = 4

/** A clock that goes from timer to timer, so that nobody waits for a timeout. */
export class VirtualClock implements Clock {
  readonly #startMs: number
  readonly #timers = new Set<Timer>()
  #monotonicMs = 0

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  nowMs(): number {
    return this.#startMs + this.#monotonicMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const cancel = this.after(delayMs, resolve)
      const stop = () => {
        cancel()
        resolve()
      }
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass until something holds; returns false if it did not within so much of it. */
  async runUntil(holds: () => boolean, longestMs: number): Promise<boolean> {
    const endMs = this.#monotonicMs + longestMs
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
      if (holds()) return true
      const next = this.#next()
      if (next === undefined || next.atMs > endMs) return false
      this.#timers.delete(next)
      this.#monotonicMs = Math.max(this.#monotonicMs, next.atMs)
      next.callback()
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer
    return next
  }
}
