import { type LineSlot, LineSlots } from './line-slots.ts'
import { numberOf } from './number-of.ts'

/** A summary in one piece; the object and its list are filled anew with the next page. */
export interface AssembledSummary {
  readonly count: number
  readonly sum: number
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[]
}

interface Slot extends LineSlot {
  /** NaN of sum and count. */
  readonly quantile: number
}

/**
 * The lines of one summary, all those with the same labels but `quantile`, put together page after page. Without `_sum` and
 * `_count`, or with a count that is no whole number, they are numbers.
 */
export class SummaryLines {
  readonly #slots = new LineSlots<Slot>()
  #quantiles: Slot[] = []
  #sum: Slot | undefined
  #count: Slot | undefined

  /**
   * Makes a place for a line.
   *
   * @param quantile of a line whose name has no suffix
   * @returns what {@link put} takes; undefined if the line can't be part of a summary
   */
  add(suffix: '' | '_sum' | '_count', quantile: string | undefined): number | undefined {
    const rank = suffix === '' ? numberOf(quantile ?? '') : Number.NaN
    if (rank === undefined || rank < 0 || rank > 1) return undefined
    const slot: Slot = { quantile: rank, value: 0, page: -1 }
    if (suffix === '') {
      if (this.#quantiles.some((other) => other.quantile === rank)) return undefined
      this.#quantiles = [...this.#quantiles, slot].sort((a, b) => a.quantile - b.quantile)
    } else if (suffix === '_sum') this.#sum = slot
    else this.#count = slot
    return this.#slots.add(slot)
  }

  put(slot: number, value: number, page: number): void {
    this.#slots.put(slot, value, page)
  }

  /** The summary of a page, or undefined if its lines are none. */
  assemble(page: number): AssembledSummary | undefined {
    const sum = this.#sum
    const count = this.#count
    if (sum?.page !== page || count?.page !== page) return undefined
    if (!Number.isSafeInteger(count.value) || count.value < 0) return undefined
    const quantiles = this.#quantiles.filter((slot) => slot.page === page)
    return { count: count.value, sum: sum.value, quantiles }
  }
}
