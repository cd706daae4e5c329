/**
 * Things that are made once for each device, processor or mount and kept while it is there; labels above all, because a
 * series is known again by the buffer of its labels.
 */
export class Kept<T> {
  readonly #entries = new Map<string, { readonly value: T; round: number }>()
  readonly #make: (key: string) => T
  #round = 0

  constructor(make: (key: string) => T) {
    this.#make = make
  }

  get size(): number {
    return this.#entries.size
  }

  /** Begins a round, and forgets what was not asked for in the last one. */
  begin(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.round !== this.#round) this.#entries.delete(key)
    }
    this.#round += 1
  }

  get(key: string): T {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      known.round = this.#round
      return known.value
    }
    const value = this.#make(key)
    this.#entries.set(key, { value, round: this.#round })
    return value
  }
}
