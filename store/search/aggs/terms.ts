import type { Block } from '../../block/block.ts'
import { parseNumber } from '../../mapping/field-type.ts'
import type { Target } from '../evaluate/compile.ts'
import type { ColumnValues, RowValues, Value } from '../evaluate/field-values.ts'
import type {
  AggregationContext,
  AggregationNode,
  AggregationTree,
  Aggregator,
  AroundBucket,
  Pairs,
} from './aggregator.ts'
import { type BucketOrder, bucketComparator, parseOrder } from './bucket-order.ts'
import { BucketTable } from './bucket-table.ts'
import { FieldSource } from './field-source.ts'
import { parseIncludeExclude } from './include-exclude.ts'
import { printKey } from './key.ts'
import { requireField, requireOptions, wholeNumber } from './options.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'
import type { UnreadBlock } from './unread-block.ts'

interface TermsOptions {
  readonly field: string
  readonly size: number
  readonly minimumCount: number
  readonly order: readonly BucketOrder[]
  readonly missing: string | undefined
  /** Which values make a bucket; undefined for all. */
  readonly isWanted: ((value: Value) => boolean) | undefined
}

const DEFAULT_ORDER: readonly BucketOrder[] = [
  { path: '_count', descending: true },
  { path: '_key', descending: false },
]

export function parseTerms(body: unknown, children: AggregationTree): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('terms', body, [
    ...['field', 'size', 'order', 'min_doc_count', 'missing', 'shard_size', 'shard_min_doc_count'],
    ...['show_term_doc_count_error', 'execution_hint', 'collect_mode', 'include', 'exclude'],
  ])
  const terms: TermsOptions = {
    field: requireField('terms', options),
    size: wholeNumber('terms', options, 'size', 10, 1),
    minimumCount: wholeNumber('terms', options, 'min_doc_count', 1),
    order: parseOrder(options.order, DEFAULT_ORDER),
    missing: options.missing === undefined ? undefined : String(options.missing),
    isWanted: parseIncludeExclude(options.include, options.exclude),
  }
  return { build: (context) => new TermsAggregator(terms, children, context) }
}

/** Buckets by value. Only values that some document has make one, even if `min_doc_count` is 0. */
class TermsAggregator implements Aggregator {
  readonly #options: TermsOptions
  readonly #context: AggregationContext
  readonly #source: FieldSource
  readonly #children: SubAggregations
  readonly #compare: ReturnType<typeof bucketComparator>
  readonly #table: BucketTable
  readonly #missing: Value | undefined
  readonly #pairs = new PairBuffer()
  readonly #scratch: Value[] = []

  constructor(options: TermsOptions, children: AggregationTree, context: AggregationContext) {
    this.#options = options
    this.#context = context
    this.#source = new FieldSource(options.field, context)
    this.#children = new SubAggregations(children, context)
    this.#compare = bucketComparator(options.order, this.#children)
    this.#table = new BucketTable(context.limit)
    this.#missing = missingValue(options.missing, this.#source)
  }

  /** How often each value comes is known of all documents of a block together only. */
  canTakeUnread(block: UnreadBlock, isWhole: boolean): boolean {
    return isWhole && this.#source.countsIn(block) !== undefined && this.#children.canTakeUnread(block, false)
  }

  takeUnread(block: UnreadBlock, owner: number): void {
    for (const [known, count] of this.#source.countsIn(block)!) {
      const key = this.#keyOf(known ?? this.#missing)
      if (key < 0) continue
      const ordinal = this.#table.count(owner, key, count)
      this.#children.takeUnread(block, ordinal, count)
    }
  }

  collect(block: Block, target: Target, pairs: Pairs): void {
    const values = this.#source.in(block, target)
    this.#pairs.count = 0
    const [only] = values.columns
    if (values.columns.length === 1 && only!.entries !== undefined && only!.typed.column.isSingle) {
      this.#collectCodes(only!, pairs)
    } else {
      this.#collectValues(values, pairs)
    }
    if (!this.#children.isEmpty && this.#pairs.count > 0) this.#children.collect(block, target, this.#pairs)
  }

  /** At most one value in each row, and each distinct value known by its code. */
  #collectCodes({ entries, typed: { column } }: ColumnValues, { rows, owners, count }: Pairs): void {
    const { codes } = column.dictionary!
    const firstValues = column.isDense ? undefined : column.firstValues
    const missing = this.#keyOf(this.#missing)
    const keys = Int32Array.from(entries!, (entry) => (entry === undefined ? missing : this.#keyOf(entry)))
    for (let pair = 0; pair < count; pair++) {
      const row = rows[pair]!
      const value = firstValues === undefined ? row : firstValues[row]!
      const isThere = firstValues === undefined || firstValues[row + 1]! > value
      const key = isThere ? keys[codes?.[value] ?? 0]! : missing
      if (key >= 0) this.#add(row, owners[pair]!, key)
    }
  }

  #collectValues(values: RowValues, { rows, owners, count }: Pairs): void {
    const scratch = this.#scratch
    const { isWanted } = this.#options
    for (let pair = 0; pair < count; pair++) {
      const row = rows[pair]!
      scratch.length = 0
      values.read(row, scratch)
      if (scratch.length === 0 && this.#missing !== undefined) scratch.push(this.#missing)
      for (let place = 0; place < scratch.length; place++) {
        // A value that a document has twice counts once.
        if (place > 0 && scratch.indexOf(scratch[place]!) < place) continue
        if (isWanted?.(scratch[place]!) === false) continue
        this.#add(row, owners[pair]!, this.#table.keyOf(scratch[place]!))
      }
    }
  }

  /** The number of a value's key; -1 for one that makes no bucket. */
  #keyOf(value: Value | undefined): number {
    if (value === undefined || this.#options.isWanted?.(value) === false) return -1
    return this.#table.keyOf(value)
  }

  #add(row: number, owner: number, key: number): void {
    const ordinal = this.#table.count(owner, key, 1)
    if (!this.#children.isEmpty) this.#pairs.add(row, ordinal)
  }

  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    const { size, minimumCount } = this.#options
    const all = this.#table.bucketsOf(owner).filter(({ count }) => count >= minimumCount)
    const shown = all.sort(this.#compare).slice(0, size)
    this.#context.limit.show(shown.length)
    const type = this.#source.seenType
    const sum = (buckets: readonly { count: number }[]) => buckets.reduce((total, { count }) => total + count, 0)
    return {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: sum(all) - sum(shown),
      buckets: this.#children.finish(
        shown.map(({ key, count, ordinal }) => ({
          ...printKey(key, type),
          doc_count: count,
          ...this.#children.result(ordinal, { count, interval: around?.interval }),
        })),
      ),
    }
  }
}

function missingValue(missing: string | undefined, { type }: FieldSource): Value | undefined {
  if (missing === undefined) return undefined
  if (type?.family === 'number') return parseNumber(missing) ?? missing
  if (type?.family === 'boolean') return Number(missing === 'true')
  return missing
}
