import type { BlockMeta } from '../block/block.ts'
import { FULL_BLOCK_BYTES, FULL_BLOCK_ROWS } from '../block/plan-blocks.ts'

/** A merged block has at most so many rows, so that encoding it, which is one step, does not keep requests waiting. */
const MAX_MERGED_ROWS = 4608
const MAX_MERGED_BYTES = 6 * 1024 ** 2
/** So many blocks of about one size become one, which is written again with as many of its own size, and so on. */
const FAN_IN = 8

/**
 * Chooses blocks that follow each other to become one. While documents come, blocks of about one size are merged, so
 * that each document is written again only a few times; afterwards all that are not full.
 *
 * @param blocks in order of arrival
 * @param isQuiet whether no documents come any more
 * @param isExcluded whether a block is not to be touched
 */
export function planMerge(
  blocks: readonly BlockMeta[],
  isQuiet: boolean,
  isExcluded: (block: BlockMeta) => boolean = () => false,
): readonly BlockMeta[] {
  let run: BlockMeta[] = []
  for (const block of blocks) {
    if (isFull(block) || isExcluded(block)) {
      const chosen = chooseOf(run, isQuiet)
      if (chosen.length > 1) return chosen
      run = []
    } else {
      run.push(block)
    }
  }
  return chooseOf(run, isQuiet)
}

function isFull({ rows, sourceBytes }: BlockMeta): boolean {
  return rows >= FULL_BLOCK_ROWS || sourceBytes >= FULL_BLOCK_BYTES
}

function chooseOf(run: readonly BlockMeta[], isQuiet: boolean): readonly BlockMeta[] {
  if (run.length < 2) return []
  if (isQuiet) return fitting(run)
  for (let largest = 0; largest <= tierOf(FULL_BLOCK_ROWS); largest++) {
    let from = -1
    for (let place = 0; place <= run.length; place++) {
      if (place < run.length && tierOf(run[place]!.rows) <= largest) {
        if (from < 0) from = place
      } else if (from >= 0) {
        if (place - from >= FAN_IN) return fitting(run.slice(from, place))
        from = -1
      }
    }
  }
  return []
}

/** The longest part, from the first place where two fit together, that is not too large for one block. */
function fitting(blocks: readonly BlockMeta[]): readonly BlockMeta[] {
  for (let from = 0; from + 1 < blocks.length; from++) {
    let rows = 0
    let bytes = 0
    let to = from
    for (; to < blocks.length; to++) {
      rows += blocks[to]!.rows
      bytes += blocks[to]!.sourceBytes
      if (rows > MAX_MERGED_ROWS || bytes > MAX_MERGED_BYTES) break
    }
    if (to - from > 1) return blocks.slice(from, to)
  }
  return []
}

function tierOf(rows: number): number {
  return Math.floor(Math.log2(rows) / Math.log2(FAN_IN))
}
