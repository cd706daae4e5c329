import type { Block } from '../../block/block.ts'
import type { Target } from '../evaluate/compile.ts'
import type { RowValues, Value } from '../evaluate/field-values.ts'
import type { AggregationContext, AggregationTree, Aggregator, AroundBucket, Pairs } from './aggregator.ts'
import { type BucketOrder, bucketComparator, type OrderedBucket } from './bucket-order.ts'
import { BucketTable } from './bucket-table.ts'
import { asNumber, FieldSource } from './field-source.ts'
import { printBuckets } from './key.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'
import type { UnreadBlock } from './unread-block.ts'

/** How numbers fall into intervals. */
export interface Intervals {
  /** Where the interval of a number begins. */
  readonly startOf: (value: number) => number
  /** Where the interval after one begins. */
  readonly next: (start: number) => number
}

export interface HistogramOptions {
  readonly field: string
  readonly isDate: boolean
  readonly intervals: Intervals
  readonly minimumCount: number
  readonly order: readonly BucketOrder[]
  /** Intervals that are shown even if they are empty. */
  readonly extended: Bounds
  /** Intervals that are shown at all. */
  readonly hard: Bounds
  readonly printKey: (start: number) => Record<string, unknown>
  /** What documents without a value count as. */
  readonly missing: Value | undefined
  /** Buckets are shown by their keys instead of in a list. */
  readonly isKeyed: boolean
}

export interface Bounds {
  readonly min: number | undefined
  readonly max: number | undefined
}

export const NO_BOUNDS: Bounds = { min: undefined, max: undefined }

/** Buckets by interval, for dates (in milliseconds) and numbers. */
export class HistogramAggregator implements Aggregator {
  readonly #options: HistogramOptions
  readonly #context: AggregationContext
  readonly #source: FieldSource
  readonly #children: SubAggregations
  readonly #compare: ReturnType<typeof bucketComparator>
  readonly #table: BucketTable
  readonly #pairs = new PairBuffer()
  readonly #scratch: Value[] = []
  /** The interval of the last value: the next one is most often in it, too. */
  #start = 0
  #end = 0
  #key = -1

  constructor(options: HistogramOptions, children: AggregationTree, context: AggregationContext) {
    this.#options = options
    this.#context = context
    this.#source = new FieldSource(options.field, context, options.missing).requireNumbers(
      options.field,
      options.isDate ? 'date_histogram' : 'histogram',
    )
    this.#children = new SubAggregations(children, context)
    this.#compare = bucketComparator(options.order, this.#children)
    this.#table = new BucketTable(context.limit)
  }

  /** If all of them are of one interval, it does not matter which of the documents they are. */
  canTakeUnread(block: UnreadBlock, isWhole: boolean): boolean {
    if (!this.#isRowTime(block.target)) return false
    this.#keyOf(msOf(block.day, block.minNs))
    const last = msOf(block.day, block.maxNs)
    return last >= this.#start && last < this.#end && this.#children.canTakeUnread(block, isWhole)
  }

  takeUnread(block: UnreadBlock, owner: number, documents: number): void {
    const key = this.#keyOf(msOf(block.day, block.minNs))
    if (key < 0) return
    const ordinal = this.#table.count(owner, key, documents)
    this.#children.takeUnread(block, ordinal, documents)
  }

  collect(block: Block, target: Target, pairs: Pairs): void {
    this.#pairs.count = 0
    if (this.#isRowTime(target)) this.#collectTimes(block, pairs)
    else this.#collectValues(this.#source.in(block, target), pairs)
    if (!this.#children.isEmpty && this.#pairs.count > 0) this.#children.collect(block, target, this.#pairs)
  }

  #isRowTime({ index, plan }: Target): boolean {
    return (
      this.#options.isDate &&
      index.kind === 'data_stream' &&
      plan.mapping.timestamp.family === 'date' &&
      this.#options.field === '@timestamp'
    )
  }

  #collectTimes({ day, ns }: Block, { rows, owners, count }: Pairs): void {
    const hasChildren = !this.#children.isEmpty
    for (let pair = 0; pair < count; pair++) {
      const row = rows[pair]!
      const key = this.#keyOf(msOf(day, ns[row]!))
      if (key < 0) continue
      const ordinal = this.#table.count(owners[pair]!, key, 1)
      if (hasChildren) this.#pairs.add(row, ordinal)
    }
  }

  #collectValues(values: RowValues, { rows, owners, count }: Pairs): void {
    const scratch = this.#scratch
    for (let pair = 0; pair < count; pair++) {
      scratch.length = 0
      values.read(rows[pair]!, scratch)
      let lastKey = -1
      for (const value of scratch.length > 1 ? scratch.toSorted(byValue) : scratch) {
        const number = asNumber(value, this.#options.isDate && typeof value === 'bigint')
        const key = number === undefined ? -1 : this.#keyOf(number)
        if (key < 0 || key === lastKey) continue
        lastKey = key
        const ordinal = this.#table.count(owners[pair]!, key, 1)
        if (!this.#children.isEmpty) this.#pairs.add(rows[pair]!, ordinal)
      }
    }
  }

  /** The key of the interval that a number is in; -1 outside of the hard bounds. */
  #keyOf(value: number): number {
    if (value >= this.#start && value < this.#end) return this.#key
    const { intervals, hard, isDate } = this.#options
    this.#start = intervals.startOf(value)
    this.#end = intervals.next(this.#start)
    const isLate = hard.max !== undefined && (isDate ? this.#start >= hard.max : this.#start > hard.max)
    const isOut = isLate || (hard.min !== undefined && this.#start < hard.min)
    this.#key = isOut ? -1 : this.#table.keyOf(this.#start)
    return this.#key
  }

  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    const { minimumCount, isDate, isKeyed, intervals, printKey } = this.#options
    let buckets = this.#table.bucketsOf(owner)
    if (minimumCount === 0) buckets = this.#fill(buckets)
    else buckets = buckets.filter(({ count }) => count >= minimumCount)
    this.#context.limit.show(minimumCount === 0 ? 0 : buckets.length)
    const shown = buckets.sort(this.#compare).map(({ key, count, ordinal }) => {
      const startMs = key as number
      const interval = isDate ? { startMs, endMs: intervals.next(startMs) } : around?.interval
      return { ...printKey(startMs), doc_count: count, ...this.#children.result(ordinal, { count, interval }) }
    })
    return printBuckets(this.#children.finish(shown), isKeyed, isDate)
  }

  /** Adds the empty intervals between those that have documents, and up to the extended bounds. */
  #fill(buckets: readonly OrderedBucket[]): OrderedBucket[] {
    const { intervals, extended } = this.#options
    const byKey = new Map(buckets.map((bucket) => [bucket.key as number, bucket]))
    const starts = [...byKey.keys()]
    for (const bound of [extended.min, extended.max]) if (bound !== undefined) starts.push(intervals.startOf(bound))
    if (starts.length === 0) return []
    const last = starts.reduce((a, b) => Math.max(a, b))
    const filled: OrderedBucket[] = []
    for (let start = starts.reduce((a, b) => Math.min(a, b)); start <= last; start = intervals.next(start)) {
      this.#context.limit.show(1)
      filled.push(byKey.get(start) ?? { key: start, ordinal: -1, count: 0 })
    }
    return filled
  }
}

function byValue(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function msOf(day: number, ns: number): number {
  return day * 86_400_000 + Math.floor(ns / 1e6)
}
