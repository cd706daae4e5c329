import type { Parts } from '../parts.ts'
import type { AnyDistribution } from './distribution.ts'

/** The samples that a point of a histogram or summary is made of, in the order of their rows; filled again for each. */
export class GroupValues {
  size = 0
  readonly values: number[] = []
  readonly #bounds: number[] = []
  /** Number of the part of sums and counts; -1 for buckets and quantiles. */
  readonly #suffixes: number[] = []
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Takes over a histogram or summary; false if its bounds are not in order. */
  fill(distribution: AnyDistribution): boolean {
    this.size = 0
    switch (distribution.kind) {
      case 'histogram': {
        let count = 0
        const { bounds, bucketCounts } = distribution
        for (let index = 0; index + 1 < bucketCounts.length; index++) {
          const bound = bounds[index]!
          count += bucketCounts[index]!
          if (!this.bound(bound, count)) return false
        }
        break
      }
      case 'summary':
        for (const { quantile, value } of distribution.quantiles) if (!this.bound(quantile, value)) return false
        break
      default:
        return false
    }
    this.end(distribution)
    return true
  }

  /** Adds a bucket or quantile; false if it does not stand behind the one before. Infinity is no bound, but the end. */
  bound(bound: number, value: number): boolean {
    if (bound === Number.POSITIVE_INFINITY) return true
    if (!(this.size === 0 || bound > this.#bounds[this.size - 1]!) || Number.isNaN(bound)) return false
    this.#push(-1, bound, value)
    return true
  }

  /** Adds the last bucket, sum and count. */
  end({ kind, sum, count }: Pick<AnyDistribution, 'kind' | 'sum' | 'count'>): void {
    if (kind !== 'summary') this.#push(-1, Number.POSITIVE_INFINITY, count)
    if (sum !== undefined) this.#push(this.#parts.ofSuffix('_sum'), 0, sum)
    this.#push(this.#parts.ofSuffix('_count'), 0, count)
  }

  /** Whether a part is the one at an index. */
  is(index: number, part: number): boolean {
    const suffix = this.#suffixes[index]!
    return suffix >= 0 ? part === suffix : this.#parts.isBound(part, this.#bounds[index]!)
  }

  /** The part at an index, made if need be. */
  partAt(index: number, isSummary: boolean): number {
    const suffix = this.#suffixes[index]!
    if (suffix >= 0) return suffix
    const bound = this.#bounds[index]!
    const text =
      bound === Number.POSITIVE_INFINITY ? '+Inf' : bound === Number.NEGATIVE_INFINITY ? '-Inf' : String(bound)
    return (isSummary ? this.#parts.quantile(text) : this.#parts.bucket(text))!
  }

  #push(suffix: number, bound: number, value: number): void {
    this.#suffixes[this.size] = suffix
    this.#bounds[this.size] = bound
    this.values[this.size] = value
    this.size += 1
  }
}
