import { messageOf } from '#lib/errors.ts'
import type { Block } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import { mayContain } from '../block/word-filter.ts'
import type { BlockCache } from '../disk/block-cache.ts'
import type { DayFile } from '../disk/day-file.ts'
import type { DayFiles } from '../disk/day-files.ts'
import { isCorruption } from '../disk/sqlite.ts'
import type { StoreEvents } from '../events.ts'
import type { StoreCounters } from '../metrics.ts'
import type { BlockFacts, BlockQuery } from './evaluate/block-query.ts'
import type { Target } from './evaluate/compile.ts'
import { factsOfDay } from './evaluate/time-query.ts'
import type { SliceTimer } from './run-slice.ts'
import type { SortKeys } from './sort/sort-keys.ts'
import type { BlockSource, TopHits } from './sort/top-hits.ts'

/** What reads rows besides the hits. */
export interface RowConsumer {
  /** Takes all rows of a block without reading it, if it can. */
  readonly collectUnread: (source: BlockSource) => boolean
  readonly collect: (block: Block, rows: Uint8Array, source: BlockSource) => void
}

export interface ScanTarget extends Target {
  readonly query: BlockQuery
  readonly keys: SortKeys
}

export interface ScanFailure {
  readonly index: string
  readonly reason: string
}

export interface ScanOptions {
  readonly files: DayFiles
  readonly blocks: BlockCache
  readonly counters: StoreCounters
  readonly events: StoreEvents
  readonly timer: SliceTimer
  readonly targets: readonly ScanTarget[]
  readonly top: TopHits
  readonly descending: boolean
  /** Up to how many hits are counted. */
  readonly countUpTo: number
  /** The scan ends after so many hits; infinity for never. */
  readonly stopAfter: number
  readonly aggregations: RowConsumer | undefined
}

const DEAR = 150
const STRIPE_ROWS = 256

/** Goes over the blocks of a search and leaves out what cannot change its answer. */
export class Scan {
  total = 0
  timedOut = false
  terminatedEarly = false
  readonly failures: ScanFailure[] = []
  readonly #options: ScanOptions
  readonly #pinned = new Map<number, DayFile>()
  #readBytes = 0

  constructor(options: ScanOptions) {
    this.#options = options
  }

  /** Reads what there is. Files stay pinned, so that hits can be read, until {@link release}. */
  async run(): Promise<void> {
    const { files, descending, timer } = this.#options
    const days = descending ? files.days.toReversed() : files.days
    for (const day of days) {
      if (!this.#isDayWanted(day)) continue
      const file = this.#open(day)
      if (file === undefined) continue
      for (const source of this.#sourcesOf(file)) {
        if (timer.isOver) this.timedOut = true
        if (this.timedOut || this.terminatedEarly) return
        await this.#readGuarded(source)
        await timer.pause()
      }
      this.#releaseUnused()
    }
  }

  release(): void {
    for (const file of this.#pinned.values()) file.unpin()
    this.#pinned.clear()
  }

  #open(day: number): DayFile | undefined {
    const file = this.#options.files.open(day)
    if (file === undefined) return undefined
    file.pin()
    this.#pinned.set(day, file)
    return file
  }

  /** Days without a hit among the best are not needed any more. */
  #releaseUnused(): void {
    const { days } = this.#options.top
    for (const [day, file] of this.#pinned) {
      if (days.has(day)) continue
      file.unpin()
      this.#pinned.delete(day)
    }
  }

  get #isCounting(): boolean {
    return this.#options.aggregations !== undefined || this.total <= this.#options.countUpTo
  }

  #isDayWanted(day: number): boolean {
    const { targets, top } = this.#options
    const facts = factsOfDay(day)
    return targets.some(
      ({ query, keys }) => query.verdict(facts) !== 'none' && (this.#isCounting || top.mayHave(day, facts.meta, keys)),
    )
  }

  /** The blocks of a day, those first that have the best hits. */
  #sourcesOf(file: DayFile): BlockSource[] {
    const { targets, descending } = this.#options
    const sources = targets.flatMap((target) =>
      file.blocksOf(target.index.uid).map((meta): BlockSource => ({ file, meta, target, keys: target.keys })),
    )
    const byTime = targets.every(({ keys }) => keys.timeFirst)
    return sources.sort(({ meta: a }, { meta: b }) => {
      if (byTime && descending) return b.maxNs - a.maxNs
      if (byTime) return a.minNs - b.minNs
      return descending ? b.lastSequence - a.lastSequence : a.firstSequence - b.firstSequence
    })
  }

  async #readGuarded(source: BlockSource): Promise<void> {
    try {
      await this.#read(source, source.target as ScanTarget)
    } catch (error) {
      this.fail(source, error)
    }
  }

  /** Notes a block that cannot be read; any other error is thrown again. */
  fail({ file, meta, target }: BlockSource, error: unknown): void {
    if (!(error instanceof CorruptBlockError || isCorruption(error))) throw error
    this.#options.events.blockCorrupt({}, { file: file.path, block: meta.id, reason: messageOf(error) })
    this.failures.push({
      index: target.index.shownName,
      reason: `a block of ${meta.rows} documents is damaged and was left out: ${messageOf(error)}`,
    })
  }

  async #read(source: BlockSource, { query, keys }: ScanTarget): Promise<void> {
    const { counters, top, aggregations, stopAfter } = this.#options
    const { file, meta } = source
    const verdict = query.verdict(this.#factsOf(source))
    const hitsWanted = verdict !== 'none' && top.mayHave(file.day, meta, keys)
    const isRead =
      hitsWanted || (verdict !== 'none' && this.#isCounting && !this.#countUnread(source, verdict === 'all'))
    if (!isRead) {
      counters.searchBlocksSkipped += 1
      return
    }
    const block = this.#block(source)
    counters.searchBlocks += 1
    counters.searchRows += block.rows
    const rows = new Uint8Array(block.rows).fill(1)
    if (verdict === 'some') await this.#narrow(query, block, rows)
    const count = keepFirst(rows, stopAfter - this.total)
    if (count > 0) {
      if (hitsWanted) top.collect(block, rows, source)
      aggregations?.collect(block, rows, source)
    }
    this.#count(count)
    this.#readBytes += block.memoryBytes
  }

  /** A search over more than the cache holds would find nothing there the next time; so the rest goes past it. */
  #block({ file, meta }: BlockSource): Block {
    const { blocks } = this.#options
    if (this.#readBytes < blocks.maxBytes / 2) return blocks.read(file, meta)
    const known = blocks.find(file, meta)
    if (known === undefined) blocks.misses += 1
    return known ?? blocks.readOnce(file, meta)
  }

  /** What is dear per row goes over a few rows at a time, so that nobody waits for a whole block. */
  async #narrow(query: BlockQuery, block: Block, rows: Uint8Array): Promise<void> {
    if (query.cost < DEAR) {
      query.narrow(block, rows)
      return
    }
    for (let from = 0; from < rows.length; from += STRIPE_ROWS) {
      const stripe = new Uint8Array(rows.length).fill(1, from, from + STRIPE_ROWS)
      query.narrow(block, stripe)
      rows.set(stripe.subarray(from, from + STRIPE_ROWS), from)
      await this.#options.timer.pause()
    }
  }

  /** Counts all rows of a block without reading it, where that is possible. */
  #countUnread(source: BlockSource, all: boolean): boolean {
    const { aggregations, stopAfter } = this.#options
    const { rows } = source.meta
    if (!all || this.total + rows > stopAfter) return false
    if (aggregations !== undefined && !aggregations.collectUnread(source)) return false
    this.#count(rows)
    return true
  }

  #count(rows: number): void {
    this.total += rows
    if (this.total >= this.#options.stopAfter) this.terminatedEarly = true
  }

  #factsOf(source: BlockSource): BlockFacts {
    const { file, meta } = source
    let filter: Buffer | undefined
    let isRead = false
    return {
      day: file.day,
      meta,
      mayContain: (hash) => {
        if (!isRead) filter = this.#readFilter(source)
        isRead = true
        return filter === undefined || mayContain(filter, hash)
      },
    }
  }

  /** Without its filter a block is read in full, and nothing is lost. */
  #readFilter({ file, meta }: BlockSource): Buffer | undefined {
    try {
      return file.readFilter(meta.id)
    } catch (error) {
      if (!(error instanceof CorruptBlockError)) throw error
      this.#options.events.blockCorrupt({}, { file: file.path, block: meta.id, reason: messageOf(error) })
      return undefined
    }
  }
}

/** Leaves the first so many of the marked rows and returns how many are left. */
function keepFirst(rows: Uint8Array, most: number): number {
  let count = 0
  for (let row = 0; row < rows.length; row++) {
    if (rows[row] === 0) continue
    if (count < most) count += 1
    else rows[row] = 0
  }
  return count
}
