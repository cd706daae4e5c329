import type { Block } from '../../block/block.ts'
import type { RowConsumer } from '../scan.ts'
import type { BlockSource } from '../sort/top-hits.ts'
import type { AggregationContext, AggregationTree } from './aggregator.ts'
import { PairBuffer, SubAggregations } from './sub-aggregations.ts'
import { UnreadBlock } from './unread-block.ts'

/** The aggregations of a search, fed with the rows that match. */
export class RowAggregations implements RowConsumer {
  readonly #all: SubAggregations
  readonly #pairs = new PairBuffer()

  constructor(tree: AggregationTree, context: AggregationContext) {
    this.#all = new SubAggregations(tree, context)
  }

  collectUnread(source: BlockSource): boolean {
    const block = new UnreadBlock(source)
    if (!this.#all.canTakeUnread(block, true)) return false
    this.#all.takeUnread(block, 0, block.rows)
    return true
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
