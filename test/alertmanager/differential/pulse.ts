import { setTimeout as sleep } from 'node:timers/promises'

const BEAT_MS = 200
/** A beat that takes longer than this was held up. */
const LONGEST_BEAT_MS = 300

/**
 * Time as far as a router had its share of it. While the machine has no time for the router, or for who asks it, next to
 * none passes: what waits for a router to say something waits longer then.
 */
export class Pulse {
  readonly #beat: () => Promise<unknown>
  #passedMs = 0
  #longestMs = 0
  #isOver = false
  #next = Promise.withResolvers<void>()

  /** Takes what asks the router for a sign of life. */
  constructor(beat: () => Promise<unknown>) {
    this.#beat = beat
    void this.#run()
  }

  /** The longest that it was held up. */
  get longestMs(): number {
    return this.#longestMs
  }

  stop(): void {
    this.#isOver = true
  }

  /** Resolves when so much of its time has passed. */
  async wait(ms: number): Promise<void> {
    const untilMs = this.#passedMs + ms
    while (this.#passedMs < untilMs) await this.#next.promise
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const startedMs = performance.now()
      await sleep(BEAT_MS)
      const isAlive = await this.#beat().then(
        () => true,
        () => false,
      )
      const tookMs = performance.now() - startedMs
      this.#longestMs = Math.max(this.#longestMs, tookMs)
      if (isAlive) this.#passedMs += Math.min(tookMs, LONGEST_BEAT_MS)
      this.#next.resolve()
      this.#next = Promise.withResolvers()
    }
  }
}
