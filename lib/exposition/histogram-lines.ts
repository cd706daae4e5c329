import { type LineSlot, LineSlots } from './line-slots.ts'
import { numberOf } from './number-of.ts'

/** A histogram in one piece; the object and its lists are filled anew with the next page. */
export interface AssembledHistogram {
  readonly count: number
  readonly sum: number | undefined
  /** Upper bounds, ascending, without the last, which is infinite. */
  readonly bounds: readonly number[]
  /** Of single buckets, one more than bounds. */
  readonly bucketCounts: readonly number[]
}

/** Where a line's value belongs. */
interface Slot extends LineSlot {
  /** Of a bucket; NaN of sum and count. */
  readonly bound: number
}

/**
 * The lines of one histogram, all those with the same labels but `le`, put together page after page. What is no histogram
 * (a bound that is no number or stands twice, no bucket `+Inf`, buckets that shrink) is not made one: its lines are numbers.
 */
export class HistogramLines {
  readonly #slots = new LineSlots<Slot>()
  /** By their bounds. */
  #buckets: Slot[] = []
  #sum: Slot | undefined
  #count: Slot | undefined
  readonly #bounds: number[] = []
  readonly #bucketCounts: number[] = []
  readonly #histogram = {
    count: 0,
    sum: undefined as number | undefined,
    bounds: this.#bounds,
    bucketCounts: this.#bucketCounts,
  }

  /**
   * Makes a place for a line.
   *
   * @param le of a bucket
   * @returns what {@link put} takes; undefined if the line can't be part of a histogram
   */
  add(suffix: '_bucket' | '_sum' | '_count', le: string | undefined): number | undefined {
    const bound = suffix === '_bucket' ? numberOf(le ?? '') : Number.NaN
    if (bound === undefined) return undefined
    const slot: Slot = { bound, value: 0, page: -1 }
    if (suffix === '_bucket') {
      if (this.#buckets.some((other) => other.bound === bound)) return undefined
      this.#buckets = [...this.#buckets, slot].sort((a, b) => a.bound - b.bound)
    } else if (suffix === '_sum') this.#sum = slot
    else this.#count = slot
    return this.#slots.add(slot)
  }

  put(slot: number, value: number, page: number): void {
    this.#slots.put(slot, value, page)
  }

  /** The histogram of a page, or undefined if its lines are none. */
  assemble(page: number): AssembledHistogram | undefined {
    const last = this.#buckets.at(-1)
    if (last === undefined || last.bound !== Infinity || last.page !== page) return undefined
    this.#bounds.length = 0
    this.#bucketCounts.length = 0
    let below = 0
    for (const { bound, value, page: cameIn } of this.#buckets) {
      // A bucket that is not there belongs to the next.
      if (cameIn !== page) continue
      if (!Number.isSafeInteger(value) || value < below) return undefined
      if (bound !== Infinity) this.#bounds.push(bound)
      this.#bucketCounts.push(value - below)
      below = value
    }
    // Where `_count` says otherwise, it was read at another moment: Prometheus' functions go by the buckets.
    this.#histogram.count = below
    this.#histogram.sum = this.#sum?.page === page ? this.#sum.value : undefined
    return this.#count?.page === page ? this.#histogram : undefined
  }
}
