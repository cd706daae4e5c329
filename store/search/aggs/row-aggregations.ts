import type { Block } from '../../block/block.ts'
import type { RowConsumer } from '../scan.ts'
import type { BlockSource } from '../sort/top-hits.ts'
import type { AggregationContext, AggregationTree } from './aggregator.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'

/** The aggregations of a search, fed with the rows that match. */
export class RowAggregations implements RowConsumer {
  readonly #all: SubAggregations
  readonly #pairs = new PairBuffer()

  constructor(tree: AggregationTree, context: AggregationContext) {
    this.#all = new SubAggregations(tree, context)
  }

  /** Only of one aggregation: of several the first might take what the second cannot. */
  collectUnread(source: BlockSource): boolean {
    const [only, ...others] = this.#all.aggregators
    return others.length === 0 && only?.collectUnread?.(source) === true
  }

  collect(block: Block, rows: Uint8Array, { target }: BlockSource): void {
    const pairs = this.#pairs
    pairs.count = 0
    for (let row = 0; row < rows.length; row++) if (rows[row] === 1) pairs.add(row, 0)
    this.#all.collect(block, target, pairs)
  }

  result(): Record<string, unknown> {
    return this.#all.result(0)
  }
}
