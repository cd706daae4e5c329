import { illegalArgument } from '../../elasticsearch-error.ts'
import { dayTimeOf } from '../../time/day.ts'
import { compareValues, type Value } from '../evaluate/field-values.ts'
import { isArrival, type SortSpec } from './parse-sort.ts'

/** What decides the place of a hit. */
export interface Ranked {
  readonly values: readonly (Value | undefined)[]
  readonly sequence: number
}

/** The order of hits: by its keys, and where those are equal by arrival, in the direction of the first key. */
export class HitOrder {
  readonly specs: readonly SortSpec[]
  readonly descending: boolean
  readonly #after: readonly (Value | undefined)[] | undefined

  /** @param after keys of the hit before the first wanted one */
  constructor(specs: readonly SortSpec[], after: readonly (Value | undefined)[] | undefined) {
    if (after !== undefined && after.length !== specs.length) {
      throw illegalArgument(
        specs.length === 0
          ? 'Sort must contain at least one field.'
          : `search_after has ${after.length} value(s) but sort has ${specs.length}.`,
      )
    }
    this.specs = specs
    this.descending = specs[0]?.descending === true && specs[0].field !== '_score'
    this.#after = after
  }

  /** Negative if the first of two hits comes first; never zero for two documents. */
  compare(a: Ranked, b: Ranked): number {
    const order = this.#compareKeys(a.values, b.values)
    if (order !== 0) return order
    return this.descending ? b.sequence - a.sequence : a.sequence - b.sequence
  }

  /** Whether a hit comes after the keys of `search_after`. */
  isWanted(values: readonly (Value | undefined)[]): boolean {
    return this.#after === undefined || this.#compareKeys(values, this.#after) > 0
  }

  #compareKeys(a: readonly (Value | undefined)[], b: readonly (Value | undefined)[]): number {
    for (let key = 0; key < this.specs.length; key++) {
      const { descending, missing } = this.specs[key]!
      const [left, right] = [a[key], b[key]]
      if (left === undefined || right === undefined) {
        if (left === right) continue
        return (left === undefined) === (missing === '_first') ? -1 : 1
      }
      const order = compareValues(left, right)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }

  /** Times that can still be wanted, as far as the first key decides, both ends included; undefined for all. */
  timesFrom(worst: Ranked | undefined): TimeBounds {
    const after = this.#after?.[0]
    const limit = worst?.values[0]
    const [early, late] = this.descending ? [limit, after] : [after, limit]
    return {
      from: typeof early === 'bigint' ? dayTimeOf(early) : undefined,
      to: typeof late === 'bigint' ? dayTimeOf(late) : undefined,
    }
  }

  /** Whether the order is that of arrival. */
  get isArrival(): boolean {
    return this.specs.length === 0 || isArrival(this.specs[0]!) || this.specs.every(({ field }) => field === '_score')
  }
}

export interface TimeBounds {
  readonly from: ReturnType<typeof dayTimeOf> | undefined
  readonly to: ReturnType<typeof dayTimeOf> | undefined
}
