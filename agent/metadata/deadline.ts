import type { Clock } from '#lib/clock.ts'

/** Aborts a request that takes too long, or that its owner gives up. Whoever makes one ends it. */
export class Deadline {
  readonly #clock: Clock
  readonly #owner: AbortSignal
  readonly #abort = new AbortController()
  readonly #stop = () => this.#abort.abort()
  #cancel: () => void = () => {}
  #lateAfterMs: number | undefined

  constructor(clock: Clock, owner: AbortSignal) {
    this.#clock = clock
    this.#owner = owner
    owner.addEventListener('abort', this.#stop, { once: true })
    if (owner.aborted) this.#stop()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The time that was given and not kept, in milliseconds; undefined as long as none was missed. */
  get lateAfterMs(): number | undefined {
    return this.#lateAfterMs
  }

  /** Gives so much time from now on. */
  set(timeoutMs: number): void {
    this.#cancel()
    this.#cancel = this.#clock.after(timeoutMs, () => {
      this.#lateAfterMs = timeoutMs
      this.#abort.abort()
    })
  }

  end(): void {
    this.#cancel()
    this.#owner.removeEventListener('abort', this.#stop)
  }
}
