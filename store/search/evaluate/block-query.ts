import type { Block, BlockMeta } from '../../block/block.ts'

/** What is known of the rows of a block before it is read: none of them match, perhaps some, or all. */
export type Verdict = 'none' | 'some' | 'all'

export interface BlockFacts {
  readonly day: number
  readonly meta: Pick<BlockMeta, 'minNs' | 'maxNs' | 'firstSequence' | 'lastSequence'>
  /** Whether a word with this hash may be in the block. */
  readonly mayContain: (hash: number) => boolean
}

/** A query, made ready for the blocks of one index. */
export interface BlockQuery {
  /** Rises with the work per row; cheap ones go first. */
  readonly cost: number
  readonly verdict: (facts: BlockFacts) => Verdict
  /** Sets to zero the rows that do not match. Rows that are zero already need not be looked at. */
  readonly narrow: (block: Block, rows: Uint8Array) => void
}

export const ALL_ROWS: BlockQuery = { cost: 0, verdict: () => 'all', narrow: () => {} }
export const NO_ROWS: BlockQuery = { cost: 0, verdict: () => 'none', narrow: (_block, rows) => void rows.fill(0) }

export function isEmpty(rows: Uint8Array): boolean {
  return !rows.includes(1)
}
