import type { Block } from '../../block/block.ts'
import type { BlockFacts, BlockQuery, Verdict } from './block-query.ts'

/** Documents that were there before one with a sequence number came: what a point in time sees. */
export class BeforeBlockQuery implements BlockQuery {
  readonly cost = 1
  readonly #end: number

  constructor(end: number) {
    this.#end = end
  }

  verdict({ meta: { firstSequence, lastSequence } }: BlockFacts): Verdict {
    if (lastSequence < this.#end) return 'all'
    return firstSequence >= this.#end ? 'none' : 'some'
  }

  narrow({ sequences }: Block, rows: Uint8Array): void {
    for (let row = 0; row < rows.length; row++) if (sequences[row]! >= this.#end) rows[row] = 0
  }
}
