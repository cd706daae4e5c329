import type { Block, BlockMeta } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import { BlockEncoder } from '../block/encode.ts'
import { planBlocks } from '../block/plan-blocks.ts'
import { fileRangesOf } from '../bulk/encode-group.ts'
import type { BlockCache } from '../disk/block-cache.ts'
import type { IndexIdentity, NewBlock, ReplacedBlock } from '../disk/day-change.ts'
import type { DayFile } from '../disk/day-file.ts'
import type { ShapeRegistry } from '../json/shape.ts'
import type { StoreCounters } from '../metrics.ts'
import { MergeRows } from './merge-rows.ts'
import { planMerge } from './plan-merge.ts'
import type { Turns } from './turns.ts'

export interface MergerOptions {
  readonly shapes: ShapeRegistry
  readonly blocks: BlockCache
  readonly counters: StoreCounters
  readonly onCorruptBlock: (file: DayFile, block: number, error: Error) => void
}

/**
 * Makes large blocks of small ones. Documents are read back and encoded again, a few at a time; the commit replaces the
 * small blocks in one step. What a search has begun to read stays until it is done.
 */
export class Merger {
  readonly #options: MergerOptions
  readonly #encoder = new BlockEncoder()
  /** Blocks that are damaged, or that are as large as their documents let them be. */
  readonly #excluded = new WeakMap<DayFile, Set<number>>()

  constructor(options: MergerOptions) {
    this.#options = options
  }

  /**
   * Merges what is to be merged of an index in a file; afterwards there is nothing left to merge, unless the signal
   * aborted. The file must be pinned.
   *
   * @param isQuiet whether no documents come any more, which may change on the way
   * @throws SQLite's error
   */
  async run(file: DayFile, index: IndexIdentity, isQuiet: () => boolean, turns: Turns): Promise<void> {
    let excluded = this.#excluded.get(file)
    if (excluded === undefined) {
      excluded = new Set()
      this.#excluded.set(file, excluded)
    }
    const isExcluded = ({ id }: BlockMeta) => excluded.has(id)
    while (!turns.signal.aborted) {
      const chosen = planMerge(file.blocksOf(index.uid), isQuiet(), isExcluded)
      if (chosen.length < 2) return
      await this.#merge(file, index, chosen, excluded, turns)
      await turns.next()
    }
  }

  async #merge(
    file: DayFile,
    index: IndexIdentity,
    chosen: readonly BlockMeta[],
    excluded: Set<number>,
    turns: Turns,
  ): Promise<void> {
    const rows = new MergeRows(
      chosen.reduce((sum, meta) => sum + meta.rows, 0),
      chosen.reduce((sum, meta) => sum + meta.sourceBytes, 0),
      this.#options.shapes,
    )
    const replace: ReplacedBlock[] = []
    for (const meta of chosen) {
      try {
        const block = this.#options.blocks.readOnce(file, meta)
        await addRows(rows, block, turns)
        replace.push({ id: meta.id, fileKeys: block.ids.fileKeys })
      } catch (error) {
        if (!(error instanceof CorruptBlockError)) throw error
        excluded.add(meta.id)
        this.#options.onCorruptBlock(file, meta.id, error)
        return
      }
      if (turns.signal.aborted) return
    }
    await turns.next()
    const add = this.#encode(rows)
    await turns.next()
    if (add.length >= chosen.length) {
      // Too many different documents: they would be planned again for ever.
      for (const { id } of chosen) excluded.add(id)
      return
    }
    const present = new Set(file.blocksOf(index.uid).map(({ id }) => id))
    if (!chosen.every(({ id }) => present.has(id))) return
    file.commit([{ index, add, replace }])
    this.#options.counters.blocksMerged += chosen.length
    this.#options.counters.rowsMerged += rows.table.rows
  }

  #encode(rows: MergeRows): NewBlock[] {
    const places = rows.rows
    const blocks: NewBlock[] = []
    let start = 0
    for (const end of planBlocks(rows.table, places, places.length)) {
      const input = rows.inputOf(places, start, end)
      // Ids that are no uids stay where they are: their table does not say in which block they are.
      blocks.push({ block: this.#encoder.encode(input), fileRanges: fileRangesOf(input), textIds: [] })
      start = end
    }
    return blocks
  }
}

async function addRows(rows: MergeRows, block: Block, turns: Turns): Promise<void> {
  for (let row = 0; row < block.rows; row++) {
    rows.add(block, row)
    if (row % ROWS_PER_LOOK === 0 && turns.isOver) await turns.next()
  }
}

const ROWS_PER_LOOK = 32
