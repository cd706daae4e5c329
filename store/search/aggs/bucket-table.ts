import type { Value } from '../evaluate/field-values.ts'
import type { BucketLimit } from './aggregator.ts'
import type { OrderedBucket } from './bucket-order.ts'

/** More distinct keys than this cannot be told apart from those of the next owner. */
const KEYS_PER_OWNER = 2 ** 26

/** The buckets of a bucket aggregation: for each owner and key a number and a count. */
export class BucketTable {
  readonly #limit: BucketLimit
  readonly #keys: Value[] = []
  readonly #keyNumbers = new Map<Value, number>()
  /** Of owner 0, which is most often the only one: by key, one more than the bucket's number. */
  #firstOwner = new Int32Array(256)
  readonly #others = new Map<number, number>()
  readonly #counts: number[] = []
  readonly #bucketKeys: number[] = []
  readonly #byOwner = new Map<number, number[]>()

  constructor(limit: BucketLimit) {
    this.#limit = limit
  }

  /** A number for a key, the same whenever it comes. */
  keyOf(value: Value): number {
    let key = this.#keyNumbers.get(value)
    if (key === undefined) {
      key = this.#keys.push(value) - 1
      this.#keyNumbers.set(value, key)
      this.#limit.gather()
    }
    return key
  }

  /** Adds documents to a bucket and returns the bucket's number. */
  count(owner: number, key: number, documents: number): number {
    const known = owner === 0 ? (this.#firstOwner[key] ?? 0) - 1 : this.#others.get(owner * KEYS_PER_OWNER + key)
    const bucket = known === undefined || known < 0 ? this.#create(owner, key) : known
    this.#counts[bucket] = this.#counts[bucket]! + documents
    return bucket
  }

  #create(owner: number, key: number): number {
    const bucket = this.#counts.push(0) - 1
    this.#bucketKeys.push(key)
    if (owner === 0) {
      if (key >= this.#firstOwner.length) {
        const grown = new Int32Array(Math.max(key + 1, this.#firstOwner.length * 2))
        grown.set(this.#firstOwner)
        this.#firstOwner = grown
      }
      this.#firstOwner[key] = bucket + 1
    } else {
      this.#others.set(owner * KEYS_PER_OWNER + key, bucket)
      this.#limit.gather()
    }
    const buckets = this.#byOwner.get(owner)
    if (buckets === undefined) this.#byOwner.set(owner, [bucket])
    else buckets.push(bucket)
    return bucket
  }

  bucketsOf(owner: number): OrderedBucket[] {
    return (this.#byOwner.get(owner) ?? []).map((ordinal) => ({
      key: this.#keys[this.#bucketKeys[ordinal]!]!,
      ordinal,
      count: this.#counts[ordinal]!,
    }))
  }
}
