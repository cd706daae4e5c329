import type { Block, BlockMeta } from '../../block/block.ts'
import type { DayFile } from '../../disk/day-file.ts'
import type { BlockFacts } from '../evaluate/block-query.ts'
import type { Target } from '../evaluate/compile.ts'
import type { HitOrder, Ranked, TimeBounds } from './hit-order.ts'
import type { SortKeys } from './sort-keys.ts'

/** A block of a day file, as part of a search. */
export interface BlockSource {
  readonly file: DayFile
  readonly meta: BlockMeta
  readonly target: Target
  readonly keys: SortKeys
}

export interface Hit extends Ranked {
  readonly source: BlockSource
  readonly row: number
}

/** The best hits so far: a heap whose first entry is the worst of them. */
export class TopHits {
  readonly #order: HitOrder
  readonly #size: number
  readonly #heap: Hit[] = []

  constructor(order: HitOrder, size: number) {
    this.#order = order
    this.#size = size
  }

  get #worst(): Hit | undefined {
    return this.#heap.length === this.#size ? this.#heap[0] : undefined
  }

  /** Days that have hits among the best. */
  get days(): ReadonlySet<number> {
    return new Set(this.#heap.map(({ source }) => source.file.day))
  }

  /** Whether a row of the block may be among the best; decided without reading it. */
  mayHave(day: number, meta: BlockFacts['meta'], keys: SortKeys): boolean {
    if (this.#size === 0) return false
    if (keys.timeFirst) {
      const { from, to } = this.#order.timesFrom(this.#worst)
      const unit = keys.timeUnitNs
      const isEarly = from !== undefined && (day < from.day || (day === from.day && floor(meta.maxNs, unit) < from.ns))
      const isLate = to !== undefined && (day > to.day || (day === to.day && floor(meta.minNs, unit) > to.ns))
      return !isEarly && !isLate
    }
    const worst = this.#worst
    if (worst === undefined || !this.#order.isArrival) return true
    return this.#order.descending ? meta.lastSequence > worst.sequence : meta.firstSequence < worst.sequence
  }

  /** Takes the rows that are marked. */
  collect(block: Block, rows: Uint8Array, source: BlockSource): void {
    if (this.#size === 0) return
    const { descending } = this.#order
    const { timeFirst, timeUnitNs } = source.keys
    const keysOf = source.keys.in(block)
    const { sequences, ns } = block
    let bounds = timeFirst ? new RowBounds(block.day, this.#order.timesFrom(this.#worst)) : undefined
    for (let step = 0; step < rows.length; step++) {
      const row = descending ? rows.length - 1 - step : step
      if (rows[row] === 0) continue
      if (bounds !== undefined) {
        const time = floor(ns[row]!, timeUnitNs)
        if (time < bounds.first || time > bounds.last) continue
      }
      const hit: Hit = { values: keysOf(row), sequence: sequences[row]!, source, row }
      if (!this.#order.isWanted(hit.values) || !this.#add(hit)) continue
      if (timeFirst && this.#worst !== undefined) bounds = new RowBounds(block.day, this.#order.timesFrom(this.#worst))
    }
  }

  /** The hits in order, from a place on. */
  take(from: number): Hit[] {
    return this.#heap.toSorted((a, b) => this.#order.compare(a, b)).slice(from)
  }

  #add(hit: Hit): boolean {
    const heap = this.#heap
    if (heap.length < this.#size) {
      heap.push(hit)
      this.#rise(heap.length - 1)
      return true
    }
    if (this.#order.compare(hit, heap[0]!) >= 0) return false
    heap[0] = hit
    this.#sink()
    return true
  }

  #rise(start: number): void {
    const heap = this.#heap
    let place = start
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (this.#order.compare(heap[place]!, heap[parent]!) <= 0) return
      ;[heap[place], heap[parent]] = [heap[parent]!, heap[place]!]
      place = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      let worst = place
      for (const child of [place * 2 + 1, place * 2 + 2]) {
        if (child < heap.length && this.#order.compare(heap[child]!, heap[worst]!) > 0) worst = child
      }
      if (worst === place) return
      ;[heap[place], heap[worst]] = [heap[worst]!, heap[place]!]
      place = worst
    }
  }
}

/** Bounds of times as nanoseconds of one day. */
class RowBounds {
  readonly first: number
  readonly last: number

  constructor(day: number, { from, to }: TimeBounds) {
    this.first = from === undefined || from.day < day ? 0 : from.day > day ? Number.POSITIVE_INFINITY : from.ns
    this.last = to === undefined || to.day > day ? Number.POSITIVE_INFINITY : to.day < day ? -1 : to.ns
  }
}

function floor(ns: number, unit: number): number {
  return unit === 1 ? ns : ns - (ns % unit)
}
