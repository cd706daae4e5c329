import { CorruptBlockError } from '../../block/byte-reader.ts'
import type { BlockSummary } from '../../block/summary.ts'
import type { Target } from '../evaluate/compile.ts'
import type { BlockSource } from '../sort/top-hits.ts'

/** A block of which all documents match, before it is read. */
export class UnreadBlock {
  readonly #source: BlockSource
  #summary: BlockSummary | undefined
  #isLoaded = false

  constructor(source: BlockSource) {
    this.#source = source
  }

  get day(): number {
    return this.#source.file.day
  }

  get rows(): number {
    return this.#source.meta.rows
  }

  /** Nanoseconds within the day. */
  get minNs(): number {
    return this.#source.meta.minNs
  }

  get maxNs(): number {
    return this.#source.meta.maxNs
  }

  get target(): Target {
    return this.#source.target
  }

  /** What it says of its columns; undefined if it has no summary that can be read: then the block itself is to be read. */
  get summary(): BlockSummary | undefined {
    if (!this.#isLoaded) {
      this.#isLoaded = true
      this.#summary = this.#load()
    }
    return this.#summary
  }

  #load(): BlockSummary | undefined {
    const { file, meta } = this.#source
    try {
      return file.readSummary(meta.id)
    } catch (error) {
      if (error instanceof CorruptBlockError) return undefined
      throw error
    }
  }
}
