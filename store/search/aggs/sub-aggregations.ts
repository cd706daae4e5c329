import type { Block } from '../../block/block.ts'
import type { Target } from '../evaluate/compile.ts'
import type { AggregationContext, AggregationTree, Aggregator, AroundBucket, Pairs } from './aggregator.ts'
import type { NamedPipeline, ShownBucket } from './pipeline/pipeline.ts'
import type { UnreadBlock } from './unread-block.ts'

/** The aggregations inside of a bucket, or of a whole search. */
export class SubAggregations {
  readonly #children: readonly { readonly name: string; readonly meta: unknown; readonly aggregator: Aggregator }[]

  readonly #pipelines: readonly NamedPipeline[]

  constructor({ nodes, pipelines }: AggregationTree, context: AggregationContext) {
    this.#children = [...nodes].map(([name, node]) => ({ name, meta: node.meta, aggregator: node.build(context) }))
    this.#pipelines = pipelines
  }

  get isEmpty(): boolean {
    return this.#children.length === 0
  }

  /** As {@link Aggregator.canTakeUnread}, of all of them. */
  canTakeUnread(block: UnreadBlock, isWhole: boolean): boolean {
    return this.#children.every(({ aggregator }) => aggregator.canTakeUnread?.(block, isWhole) === true)
  }

  takeUnread(block: UnreadBlock, owner: number, documents: number): void {
    for (const { aggregator } of this.#children) aggregator.takeUnread?.(block, owner, documents)
  }

  collect(block: Block, target: Target, pairs: Pairs): void {
    for (const { aggregator } of this.#children) aggregator.collect(block, target, pairs)
  }

  result(owner: number, around?: AroundBucket): Record<string, unknown> {
    const results: Record<string, unknown> = {}
    for (const { name, meta, aggregator } of this.#children)
      results[name] = { ...(meta === undefined ? {} : { meta }), ...aggregator.result(owner, around) }
    for (const { name, meta, sibling } of this.#pipelines)
      if (sibling !== undefined) results[name] = { ...(meta === undefined ? {} : { meta }), ...sibling(results) }
    return results
  }

  /** What pipelines make of all buckets that have these aggregations in them. */
  finish(buckets: ShownBucket[]): ShownBucket[] {
    return this.#pipelines.reduce((shown, { parent }) => parent?.(shown) ?? shown, buckets)
  }

  /** The number that a path such as `latency.avg`, `latency[95.0]` or `errors>latency` means; undefined if none. */
  metricOf(path: string): ((owner: number) => number) | undefined {
    const [first = '', ...rest] = path.split('>')
    for (const { name, aggregator } of this.#children) {
      const property = first === name ? undefined : propertyOf(first, name)
      if (first !== name && property === undefined) continue
      if (aggregator.metricWithin !== undefined) return aggregator.metricWithin(rest.join('>') || property || '_count')
      if (aggregator.metric === undefined || rest.length > 0) continue
      const metric = aggregator.metric.bind(aggregator)
      return (owner) => metric(owner, property)
    }
    return undefined
  }
}

/** What follows a name in a path, after a point or in brackets. */
function propertyOf(path: string, name: string): string | undefined {
  if (!path.startsWith(name)) return undefined
  return /^(?:\.(.+)|\[['"]?([^\]'"]+)['"]?\])$/
    .exec(path.slice(name.length))
    ?.slice(1)
    .find((part) => part !== undefined)
}

/** Gathers pairs for the children of a bucket aggregation; used again from block to block. */
export class PairBuffer implements Pairs {
  rows = new Int32Array(8192)
  owners = new Int32Array(8192)
  count = 0

  add(row: number, owner: number): void {
    if (this.count === this.rows.length) this.#grow()
    this.rows[this.count] = row
    this.owners[this.count] = owner
    this.count += 1
  }

  #grow(): void {
    const { rows, owners } = this
    this.rows = new Int32Array(rows.length * 2)
    this.rows.set(rows)
    this.owners = new Int32Array(owners.length * 2)
    this.owners.set(owners)
  }
}
