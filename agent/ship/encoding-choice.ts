import type { Clock } from '#lib/clock.ts'
import { ENCODINGS, type Encoding } from './outcome.ts'

/** A collector may have been replaced by one that takes what is preferred, without a sign. */
const TRY_AGAIN_MS = 60 * 60_000

/**
 * Which compression one collector is sent. One that it refuses is followed by the next of {@link ENCODINGS}. What is
 * preferred is tried again after an hour, and when a connection was lost, because another version may have come up.
 */
export class EncodingChoice {
  readonly #preferred: Encoding
  readonly #clock: Clock
  #current: Encoding
  /** Whether a request in it was accepted: a refusal may have had another reason than it says. */
  #isConfirmed = true
  #refusedAtMs = 0

  constructor(preferred: Encoding, clock: Clock) {
    this.#preferred = preferred
    this.#clock = clock
    this.#current = preferred
  }

  get current(): Encoding {
    const isOld = this.#clock.monotonicMs() - this.#refusedAtMs >= TRY_AGAIN_MS
    if (this.#current !== this.#preferred && isOld) this.reset()
    return this.#current
  }

  /** The collector does not take this encoding. */
  refuse(encoding: Encoding): void {
    // Several requests are refused together; only the first of them moves on.
    if (encoding !== this.#current) return
    this.#current = ENCODINGS[ENCODINGS.indexOf(encoding) + 1] ?? 'identity'
    this.#isConfirmed = false
    this.#refusedAtMs = this.#clock.monotonicMs()
  }

  /**
   * The collector accepted a request in this encoding.
   *
   * @returns whether that confirms that it does not take the one that is preferred
   */
  accept(encoding: Encoding): boolean {
    if (encoding !== this.#current || this.#isConfirmed) return false
    this.#isConfirmed = true
    return true
  }

  /** The content was refused in each encoding: then it was not about the encoding. */
  refuseContent(): void {
    if (!this.#isConfirmed) this.reset()
  }

  /** Begins again with what is preferred. */
  reset(): void {
    this.#current = this.#preferred
    this.#isConfirmed = true
  }
}
