import type { Block } from '../../block/block.ts'
import { illegalArgument } from '../../elasticsearch-error.ts'
import { isObject, readBoolean } from '../../mapping/json-object.ts'
import type { BlockQuery } from '../evaluate/block-query.ts'
import { compileQuery, type Target } from '../evaluate/compile.ts'
import type { QueryLimits } from '../query/limits.ts'
import { parseQuery } from '../query/parse-query.ts'
import { fieldName, MATCH_NONE, type Query } from '../query/query.ts'
import type {
  AggregationContext,
  AggregationNode,
  AggregationTree,
  Aggregator,
  AroundBucket,
  Pairs,
} from './aggregator.ts'
import { failure, requireField, requireOptions } from './options.ts'
import type { ShownBucket } from './pipeline/pipeline.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'

const MAX_FILTERS = 100

type Parsed = Omit<AggregationNode, 'meta'>

export function parseFilter(body: unknown, children: AggregationTree, limits: QueryLimits): Parsed {
  return single(parseQuery(body, limits), children)
}

/** One bucket: documents that have no value of a field. */
export function parseMissing(body: unknown, children: AggregationTree): Parsed {
  const field = requireField('missing', requireOptions('missing', body, ['field', 'missing']))
  const exists: Query = { kind: 'field', field: fieldName(field), condition: { kind: 'exists' }, lenient: true }
  return single({ kind: 'bool', must: [], should: [], mustNot: [exists], minimumShould: 0 }, children)
}

/** Documents in documents, of which this store has none; the buckets inside are those of nothing. */
export function parseNested(body: unknown, children: AggregationTree): Parsed {
  const { path } = requireOptions('nested', body, ['path'])
  if (typeof path !== 'string') throw failure('Required [path]')
  return single(MATCH_NONE, children)
}

function single(query: Query, children: AggregationTree): Parsed {
  return {
    build: (context) =>
      new FiltersAggregator({ queries: [query], hasOther: false, print: ([only]) => only! }, children, context),
  }
}

export function parseFilters(body: unknown, children: AggregationTree, limits: QueryLimits): Parsed {
  const options = requireOptions('filters', body, ['filters', 'other_bucket', 'other_bucket_key', 'keyed'])
  const { filters, other_bucket_key: otherKey, other_bucket: other = otherKey !== undefined, keyed = true } = options
  const [hasOther, isKeyed] = [readBoolean(other), readBoolean(keyed)]
  if (hasOther === undefined || isKeyed === undefined)
    throw failure('[filters] [other_bucket] and [keyed] must be true or false')
  if (otherKey !== undefined && typeof otherKey !== 'string')
    throw failure('[filters] [other_bucket_key] must be a text')
  if (!Array.isArray(filters) && !isObject(filters)) throw illegalArgument('[filters] cannot be empty.')
  // By name they come in the order of their names.
  const named: [string, unknown][] = Array.isArray(filters)
    ? Object.entries(filters)
    : Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))
  if (named.length === 0 || named.length > MAX_FILTERS) throw failure(`[filters] must have 1 to ${MAX_FILTERS} filters`)
  const queries = named.map(([, query]) => parseQuery(query, limits))
  const names = [...named.map(([name]) => name), otherKey ?? '_other_']
  const print = (buckets: readonly Record<string, unknown>[]) => {
    if (Array.isArray(filters)) return { buckets }
    const entries = buckets.map((bucket, place) => [names[place]!, bucket] as const)
    return { buckets: isKeyed ? Object.fromEntries(entries) : entries.map(([key, bucket]) => ({ key, ...bucket })) }
  }
  return { build: (context) => new FiltersAggregator({ queries, hasOther, print }, children, context) }
}

interface FiltersOptions {
  readonly queries: readonly Query[]
  /** One more bucket has what is in none of the others. */
  readonly hasOther: boolean
  readonly print: (buckets: readonly Record<string, unknown>[]) => Record<string, unknown>
}

/** One bucket for each query; a document may be in several. */
class FiltersAggregator implements Aggregator {
  readonly #options: FiltersOptions
  readonly #queries: ReadonlyMap<Target, readonly BlockQuery[]>
  readonly #size: number
  readonly #children: SubAggregations
  readonly #counts: number[] = []
  readonly #pairs = new PairBuffer()
  readonly #limit: AggregationContext['limit']

  constructor(options: FiltersOptions, children: AggregationTree, context: AggregationContext) {
    const { queries, hasOther } = options
    this.#options = options
    this.#size = queries.length + Number(hasOther)
    this.#queries = new Map(
      context.targets.map((target) => [target, queries.map((query) => compileQuery(query, target, context))]),
    )
    this.#children = new SubAggregations(children, context)
    this.#limit = context.limit
  }

  collect(block: Block, target: Target, pairs: Pairs): void {
    const present = new Uint8Array(block.rows)
    for (let pair = 0; pair < pairs.count; pair++) present[pairs.rows[pair]!] = 1
    this.#pairs.count = 0
    const queries = this.#queries.get(target)!
    const others = present.slice()
    for (const [place, query] of queries.entries()) {
      const matching = present.slice()
      query.narrow(block, matching)
      this.#add(place, matching, pairs)
      for (let row = 0; row < others.length; row++) others[row] = others[row]! & ~matching[row]!
    }
    if (this.#options.hasOther) this.#add(queries.length, others, pairs)
    if (!this.#children.isEmpty && this.#pairs.count > 0) this.#children.collect(block, target, this.#pairs)
  }

  #add(place: number, matching: Uint8Array, { rows, owners, count }: Pairs): void {
    for (let pair = 0; pair < count; pair++) {
      if (matching[rows[pair]!] === 0) continue
      const bucket = owners[pair]! * this.#size + place
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
      if (!this.#children.isEmpty) this.#pairs.add(rows[pair]!, bucket)
    }
  }

  metricWithin(path: string): ((owner: number) => number) | undefined {
    if (this.#size > 1) return undefined
    if (path === '_count' || path === 'doc_count') return (owner) => this.#counts[owner] ?? 0
    return this.#children.metricOf(path)
  }

  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    this.#limit.show(this.#size)
    const buckets = Array.from({ length: this.#size }, (_, place): ShownBucket => {
      const bucket = owner < 0 ? -1 : owner * this.#size + place
      const count = this.#counts[bucket] ?? 0
      return { doc_count: count, ...this.#children.result(bucket, { count, interval: around?.interval }) }
    })
    return this.#options.print(this.#children.finish(buckets))
  }
}
