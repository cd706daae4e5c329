import type { ServerResponse } from 'node:http'
import { CodedError } from '#lib/errors.ts'

/** Counts the bytes of requests that are under way: their memory is the collector's. */
export class InFlightBytes {
  readonly #maxBytes: number
  readonly #held = new Map<ServerResponse, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Sets how many bytes a request takes, until its response is closed. A request that is alone may take any number.
   *
   * @throws CodedError TOO_MANY_REQUESTS, retryable
   */
  hold(response: ServerResponse, bytes: number): void {
    const before = this.#held.get(response)
    const others = this.#bytes - (before ?? 0)
    if (others > 0 && others + bytes > this.#maxBytes) {
      throw new CodedError('TOO_MANY_REQUESTS', [this.#maxBytes], { retryable: true })
    }
    if (response.closed) return
    if (before === undefined) response.once('close', () => this.#release(response))
    this.#held.set(response, bytes)
    this.#bytes = others + bytes
  }

  #release(response: ServerResponse): void {
    this.#bytes -= this.#held.get(response) ?? 0
    this.#held.delete(response)
  }
}
