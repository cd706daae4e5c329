import { CodedError } from '#lib/errors.ts'

/** Whatever a request is known by: its response, its stream. */
type Owner = object

/**
 * Counts the bytes of requests that are under way, by whatever protocol they come: their memory is the collector's. Only
 * what has arrived counts, so that a sender that announces much and sends little takes nothing from the others.
 */
export class InFlightBytes {
  readonly #maxBytes: number
  readonly #held = new Map<Owner, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Sets how many bytes a request takes, until it is released. A request that is alone may take any number.
   *
   * @throws CodedError TOO_MANY_REQUESTS, retryable; then it takes what it took before
   */
  hold(owner: Owner, bytes: number): void {
    const others = this.#bytes - (this.#held.get(owner) ?? 0)
    if (others > 0 && others + bytes > this.#maxBytes) {
      throw new CodedError('TOO_MANY_REQUESTS', [this.#maxBytes], { retryable: true })
    }
    this.#held.set(owner, bytes)
    this.#bytes = others + bytes
  }

  /** The request is over. */
  release(owner: Owner): void {
    this.#bytes -= this.#held.get(owner) ?? 0
    this.#held.delete(owner)
  }
}
