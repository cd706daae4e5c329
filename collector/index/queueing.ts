import type { Clock } from '#lib/clock.ts'

/** After this time the best latency is looked for anew: the server may have got other hardware, or other neighbours. */
const WINDOW_MS = 5 * 60_000
/** Below this, latencies are noise of timers. */
const LEAST_MS_PER_MIB = 1

/**
 * How many of the requests under way wait at the server instead of being worked on, told by latency alone: what takes
 * longer than the best request of the same size did has waited for the difference (the idea of TCP Vegas).
 */
export class Queueing {
  readonly #clock: Clock
  #bestMs = Number.POSITIVE_INFINITY
  #windowEndMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#windowEndMs = clock.monotonicMs() + WINDOW_MS
  }

  /**
   * @param msPerMiB of a request that was large enough to tell
   * @param concurrency requests that were under way with it, itself included
   * @returns how many of them waited
   */
  observe(msPerMiB: number, concurrency: number): number {
    const latencyMs = Math.max(LEAST_MS_PER_MIB, msPerMiB)
    const nowMs = this.#clock.monotonicMs()
    if (nowMs >= this.#windowEndMs) {
      this.#windowEndMs = nowMs + WINDOW_MS
      this.#bestMs = latencyMs
    }
    this.#bestMs = Math.min(this.#bestMs, latencyMs)
    return concurrency * (1 - this.#bestMs / latencyMs)
  }
}
