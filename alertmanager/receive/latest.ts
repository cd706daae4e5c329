/** What is longer is asked for anew. */
const MAX_BYTES = 512

interface Lookup<T> {
  get(body: Buffer, from: number, to: number): T
}

/**
 * Remembers the answer for the bytes that were asked for last: alerts that are sent together have much in common, and to
 * compare some bytes takes less time than to look them up.
 */
export class Latest<T> {
  readonly #lookup: Lookup<T>
  readonly #bytes = Buffer.alloc(MAX_BYTES)
  #latest: { readonly length: number; readonly value: T } | undefined

  constructor(lookup: Lookup<T>) {
    this.#lookup = lookup
  }

  get(body: Buffer, from: number, to: number): T {
    const latest = this.#latest
    if (latest?.length === to - from && this.#isAt(body, from, to)) return latest.value
    const value = this.#lookup.get(body, from, to)
    if (to - from <= MAX_BYTES) {
      body.copy(this.#bytes, 0, from, to)
      this.#latest = { length: to - from, value }
    }
    return value
  }

  #isAt(body: Buffer, from: number, to: number): boolean {
    const bytes = this.#bytes
    // Where two of them differ it is mostly near the end.
    for (let at = to - 1; at >= from; at--) if (body[at] !== bytes[at - from]) return false
    return true
  }
}
