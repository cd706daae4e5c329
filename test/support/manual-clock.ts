import type { Clock } from '#lib/clock.ts'

/** A clock that stands still until the test moves it; timers fire in order while it moves. */
export class ManualClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  #timers: { atMs: number; callback: () => void }[] = []

  constructor(startMs = Date.UTC(2026, 10, 21)) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const cancel = this.after(delayMs, resolve)
      signal?.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Moves both clocks forward and lets promises settle after each timer. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#monotonicMs + durationMs
    for (;;) {
      await settle()
      const due = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((other) => other !== due)
      this.#moveTo(Math.max(due.atMs, this.#monotonicMs))
      due.callback()
    }
    this.#moveTo(endMs)
    await settle()
  }

  /** Sets the wall clock, as an operator or NTP would; timers do not notice. */
  step(deltaMs: number): void {
    this.#nowMs += deltaMs
  }

  #moveTo(monotonicMs: number): void {
    this.#nowMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
