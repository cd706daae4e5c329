import type { Block } from '../../block/block.ts'
import { isObject } from '../../mapping/json-object.ts'
import type { BlockQuery } from '../evaluate/block-query.ts'
import { compileQuery, type Target } from '../evaluate/compile.ts'
import type { QueryLimits } from '../query/limits.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query } from '../query/query.ts'
import type { AggregationContext, AggregationNode, AggregationTree, Aggregator, Pairs } from './aggregator.ts'
import { failure, requireOptions } from './options.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'

const MAX_FILTERS = 100

export function parseFilter(
  body: unknown,
  children: AggregationTree,
  limits: QueryLimits,
): Omit<AggregationNode, 'meta'> {
  const query = parseQuery(body, limits)
  return {
    build: (context) => new FiltersAggregator([query], children, context, (buckets) => buckets[0]!),
  }
}

export function parseFilters(
  body: unknown,
  children: AggregationTree,
  limits: QueryLimits,
): Omit<AggregationNode, 'meta'> {
  const options = requireOptions('filters', body, ['filters', 'other_bucket', 'other_bucket_key'])
  if (options.other_bucket !== undefined && options.other_bucket !== false)
    throw failure('[filters] [other_bucket] is not supported by this store')
  if (options.other_bucket_key !== undefined)
    throw failure('[filters] [other_bucket_key] is not supported by this store')
  const { filters } = options
  if (!Array.isArray(filters) && !isObject(filters)) throw failure('[filters] cannot be empty')
  const named: [string, unknown][] = Object.entries(filters)
  if (named.length === 0 || named.length > MAX_FILTERS) throw failure(`[filters] must have 1 to ${MAX_FILTERS} filters`)
  const queries = named.map(([, query]) => parseQuery(query, limits))
  const print = (buckets: readonly Record<string, unknown>[]) => ({
    buckets: Array.isArray(filters)
      ? buckets
      : Object.fromEntries(named.map(([name], place) => [name, buckets[place]])),
  })
  return { build: (context) => new FiltersAggregator(queries, children, context, print) }
}

/** One bucket for each query; a document may be in several. */
class FiltersAggregator implements Aggregator {
  readonly #queries: ReadonlyMap<Target, readonly BlockQuery[]>
  readonly #size: number
  readonly #children: SubAggregations
  readonly #counts: number[] = []
  readonly #pairs = new PairBuffer()
  readonly #limit: AggregationContext['limit']
  readonly #print: (buckets: readonly Record<string, unknown>[]) => Record<string, unknown>

  constructor(
    queries: readonly Query[],
    children: AggregationTree,
    context: AggregationContext,
    print: (buckets: readonly Record<string, unknown>[]) => Record<string, unknown>,
  ) {
    this.#size = queries.length
    this.#queries = new Map(
      context.targets.map((target) => [target, queries.map((query) => compileQuery(query, target, context))]),
    )
    this.#children = new SubAggregations(children, context)
    this.#limit = context.limit
    this.#print = print
  }

  collect(block: Block, target: Target, { rows, owners, count }: Pairs): void {
    const present = new Uint8Array(block.rows)
    for (let pair = 0; pair < count; pair++) present[rows[pair]!] = 1
    this.#pairs.count = 0
    for (const [place, query] of this.#queries.get(target)!.entries()) {
      const matching = present.slice()
      query.narrow(block, matching)
      for (let pair = 0; pair < count; pair++) {
        if (matching[rows[pair]!] === 0) continue
        const bucket = owners[pair]! * this.#size + place
        this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
        if (!this.#children.isEmpty) this.#pairs.add(rows[pair]!, bucket)
      }
    }
    if (!this.#children.isEmpty && this.#pairs.count > 0) this.#children.collect(block, target, this.#pairs)
  }

  result(owner: number): Record<string, unknown> {
    this.#limit.show(this.#size)
    const buckets = Array.from({ length: this.#size }, (_, place) => {
      const bucket = owner < 0 ? -1 : owner * this.#size + place
      return { doc_count: this.#counts[bucket] ?? 0, ...this.#children.result(bucket) }
    })
    return this.#print(buckets)
  }
}
