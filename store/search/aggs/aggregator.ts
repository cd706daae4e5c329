import type { Block } from '../../block/block.ts'
import { ElasticsearchError } from '../../elasticsearch-error.ts'
import type { Target } from '../evaluate/compile.ts'
import type { NamedPipeline } from './pipeline/pipeline.ts'
import type { UnreadBlock } from './unread-block.ts'

/** Rows of a block, each with the number of the bucket around it; a row of several buckets is there several times. */
export interface Pairs {
  readonly rows: Int32Array
  readonly owners: Int32Array
  readonly count: number
}

/** Gathers values or buckets of buckets: one set for each bucket around it, which is its owner. */
export interface Aggregator {
  readonly collect: (block: Block, target: Target, pairs: Pairs) => void
  /**
   * Whether it can take documents of a block that is not read, of which only the number is known.
   *
   * @param isWhole whether they are all documents of the block
   */
  readonly canTakeUnread?: (block: UnreadBlock, isWhole: boolean) => boolean
  /** Takes so many documents of a block for an owner, after {@link canTakeUnread}. */
  readonly takeUnread?: (block: UnreadBlock, owner: number, documents: number) => void
  /** What the answer has for an owner; for -1, which has nothing, as well. */
  readonly result: (owner: number, around?: AroundBucket) => Record<string, unknown>
  /** The number that buckets are ordered by, if it has one of this name. */
  readonly metric?: (owner: number, name: string | undefined) => number
  /** Of an aggregation that is one bucket: the number that a path inside of it means, if it means one. */
  readonly metricWithin?: (path: string) => ((owner: number) => number) | undefined
}

/** The bucket that results are for. */
export interface AroundBucket {
  readonly count: number
  /** Of the nearest date histogram, in milliseconds since 1970. */
  readonly interval: { readonly startMs: number; readonly endMs: number } | undefined
}

export interface AggregationContext {
  readonly targets: readonly Target[]
  readonly nowMs: number
  readonly limit: BucketLimit
}

/** What was asked for under one name. */
export interface AggregationNode {
  /** @throws ElasticsearchError for a field that cannot be counted */
  readonly build: (context: AggregationContext) => Aggregator
  readonly meta: unknown
}

/** What was asked for at one place. */
export interface AggregationTree {
  readonly nodes: ReadonlyMap<string, AggregationNode>
  /** Each after those that it reads. */
  readonly pipelines: readonly NamedPipeline[]
}

export const NO_AGGREGATIONS: AggregationTree = { nodes: new Map(), pipelines: [] }

/** Values that are kept while a search runs may be more than those in its answer, by this factor. */
const GATHERED_PER_SHOWN = 16

/** How many buckets a search may have. */
export class BucketLimit {
  readonly #most: number
  #shown = 0
  #gathered = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Counts buckets of the answer. */
  show(buckets: number): void {
    this.#shown += buckets
    if (this.#shown > this.#most) throw tooManyBuckets(this.#most)
  }

  /** Counts buckets that are gathered. */
  gather(): void {
    this.#gathered += 1
    if (this.#gathered > this.#most * GATHERED_PER_SHOWN) throw tooManyBuckets(this.#most)
  }
}

function tooManyBuckets(most: number): ElasticsearchError {
  return new ElasticsearchError(
    400,
    'too_many_buckets_exception',
    `Trying to create too many buckets. Must be less than or equal to: [${most}] but this number of buckets was exceeded. ` +
      'Ask for a shorter time, a longer interval or fewer terms.',
    { extra: { max_buckets: most } },
  )
}
