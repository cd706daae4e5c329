import { Block, type BlockMeta } from '../block/block.ts'
import type { ShapeRegistry } from '../json/shape.ts'
import type { DayFile } from './day-file.ts'

interface Entry {
  readonly file: DayFile
  readonly block: Block
  /** What the entry was last counted with; a block grows as more of it is read. */
  countedBytes: number
}

export interface BlockCacheOptions {
  readonly maxBytes: number
  readonly shapes: ShapeRegistry
}

/** Blocks that were read lately, so that a dashboard that asks again does not decompress again. */
export class BlockCache {
  readonly #options: BlockCacheOptions
  /** The one used last is at the end. */
  readonly #entries = new Map<string, Entry>()
  readonly #fileNumbers = new WeakMap<DayFile, number>()
  #files = 0
  #bytes = 0
  hits = 0
  misses = 0

  constructor(options: BlockCacheOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @throws CorruptBlockError or SQLite's error */
  read(file: DayFile, meta: BlockMeta): Block {
    const key = `${this.#numberOf(file)}/${meta.id}`
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.hits += 1
      this.#entries.delete(key)
      this.#entries.set(key, known)
      this.#count(known)
      this.#shrink()
      return known.block
    }
    this.misses += 1
    const block = this.readOnce(file, meta)
    const entry: Entry = { file, block, countedBytes: 0 }
    this.#entries.set(key, entry)
    this.#count(entry)
    this.#shrink()
    return block
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  /** A block that is in memory. */
  find(file: DayFile, meta: BlockMeta): Block | undefined {
    const known = this.#entries.get(`${this.#numberOf(file)}/${meta.id}`)
    if (known !== undefined) this.hits += 1
    return known?.block
  }

  /** Reads a block that nobody will ask for again. */
  readOnce(file: DayFile, meta: BlockMeta): Block {
    const head = file.readHead(meta.id)
    const section = (number: number) => file.readSection(meta.id, number)
    return new Block({ day: file.day, meta, head, section, shapes: this.#options.shapes })
  }

  forgetFile(file: DayFile): void {
    for (const [key, entry] of this.#entries) if (entry.file === file) this.#drop(key, entry)
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #count(entry: Entry): void {
    this.#bytes += entry.block.memoryBytes - entry.countedBytes
    entry.countedBytes = entry.block.memoryBytes
  }

  #shrink(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#options.maxBytes || this.#entries.size === 1) return
      this.#drop(key, entry)
    }
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.countedBytes
  }

  /** Files of one day may follow each other, so a day is no key. */
  #numberOf(file: DayFile): number {
    let number = this.#fileNumbers.get(file)
    if (number === undefined) {
      number = this.#files++
      this.#fileNumbers.set(file, number)
    }
    return number
  }
}
