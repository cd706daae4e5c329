/** Digits of a fingerprint that name its bucket: with 100 000 things there are some 25 in each. */
const DIGITS = 3

/**
 * Things in the order of their fingerprints, which are hexadecimal numbers of 16 digits. They are put in order where
 * they are read, some at a time: to sort a hundred thousand at once would hold up everybody else.
 */
export class ByFingerprint<T> implements Iterable<T> {
  readonly #fingerprintOf: (thing: T) => string
  /** Who reads one goes on with it as it was: one that is in order is never changed. */
  readonly #buckets: T[][] = Array.from({ length: 16 ** DIGITS }, () => [])
  readonly #isUnordered = new Uint8Array(16 ** DIGITS)

  constructor(fingerprintOf: (thing: T) => string) {
    this.#fingerprintOf = fingerprintOf
  }

  add(thing: T): void {
    const index = this.#bucketOf(thing)
    if (this.#isUnordered[index] === 1) this.#buckets[index]!.push(thing)
    else this.#buckets[index] = [...this.#buckets[index]!, thing]
    this.#isUnordered[index] = 1
  }

  delete(thing: T): void {
    const index = this.#bucketOf(thing)
    this.#buckets[index] = this.#buckets[index]!.filter((each) => each !== thing)
  }

  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.#buckets.length; index++) yield* this.#inOrder(index)
  }

  #inOrder(index: number): readonly T[] {
    if (this.#isUnordered[index] === 1) {
      this.#buckets[index]!.sort((a, b) => (this.#fingerprintOf(a) < this.#fingerprintOf(b) ? -1 : 1))
      this.#isUnordered[index] = 0
    }
    return this.#buckets[index]!
  }

  #bucketOf(thing: T): number {
    return Number.parseInt(this.#fingerprintOf(thing).slice(0, DIGITS), 16)
  }
}
