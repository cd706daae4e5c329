import type { Block } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import { ID_KIND, type IdTable } from '../block/id-table.ts'
import type { BlockCache } from '../disk/block-cache.ts'
import type { FileRange } from '../disk/day-change.ts'
import type { DayFile } from '../disk/day-file.ts'
import type { DayFiles } from '../disk/day-files.ts'
import type { DocumentGroup } from './group.ts'

export interface DuplicatesOptions {
  readonly files: DayFiles
  readonly blocks: BlockCache
  readonly onCorruptBlock: (file: DayFile, block: number, error: Error) => void
}

/** What the records of one log file in a group are. */
interface FileRun {
  readonly fileKey: string
  first: number
  last: number
  /** Whether each record begins after the one before. */
  rising: boolean
  readonly places: number[]
}

/**
 * Finds documents whose `_id` the index already has, exactly.
 *
 * A uid names a file and an offset. Each block says for every file from which to which offset it holds records, so a
 * run of records of a file is new if no block has an offset in its range: one look-up for hundreds of documents. Only
 * where ranges overlap are the ids themselves compared. Other ids have a table. In a data stream a document's time is
 * part of what it is known by: the same `_id` with another `@timestamp` is another document there.
 */
export class Duplicates {
  readonly #options: DuplicatesOptions

  constructor(options: DuplicatesOptions) {
    this.#options = options
  }

  /** Marks, by place in the group, what is known or comes a second time. */
  find(group: DocumentGroup, ids: IdTable, file: DayFile | undefined): Uint8Array {
    const marked = new Uint8Array(group.count)
    for (const run of fileRuns(group, ids)) this.#markRun(run, group, ids, file, marked)
    if (ids.texts.size > 0) this.#markTexts(group, ids, file, marked)
    return marked
  }

  #markRun(run: FileRun, group: DocumentGroup, ids: IdTable, file: DayFile | undefined, marked: Uint8Array): void {
    const range: FileRange = { fileKey: run.fileKey, firstOffset: run.first, lastOffset: run.last }
    const known = file?.blocksWithFile(group.index.uid, range) ?? []
    if (run.rising && known.length === 0) return
    const seen = new Set<string>()
    for (const block of known) this.#collect(file!, group, block, range, seen)
    for (const place of run.places) {
      const row = group.rows[place]!
      const key = recordKey(ids.offsets[row]!, ids.lengths[row]!, group.ns[place]!)
      if (seen.has(key)) marked[place] = 1
      seen.add(key)
    }
  }

  #collect(file: DayFile, group: DocumentGroup, id: number, range: FileRange, into: Set<string>): void {
    const meta = file.blocksOf(group.index.uid).find((candidate) => candidate.id === id)
    if (meta === undefined) return
    let block: Block
    try {
      block = this.#options.blocks.read(file, meta)
      const { ids, ns } = block
      const code = ids.fileKeys.indexOf(range.fileKey)
      for (let row = 0; row < block.rows; row++) {
        if (ids.files[row] !== code || ids.kindOf(row) !== ID_KIND.uid) continue
        const offset = ids.offsets[row]!
        if (offset < range.firstOffset || offset > range.lastOffset) continue
        into.add(recordKey(offset, ids.lengths[row]!, ns[row]!))
      }
    } catch (error) {
      if (!(error instanceof CorruptBlockError)) throw error
      // What cannot be read cannot be found either: taking the document again is better than losing it.
      this.#options.onCorruptBlock(file, id, error)
    }
  }

  #markTexts(group: DocumentGroup, ids: IdTable, file: DayFile | undefined, marked: Uint8Array): void {
    const { index } = group
    const seen = new Set<string>()
    const { files } = this.#options
    const isPlain = index.kind === 'index'
    const others = isPlain ? this.#daysOf(index.uid) : []
    for (let place = 0; place < group.count; place++) {
      const text = ids.texts.get(group.rows[place]!)
      if (text === undefined) continue
      const ns = textIdNs(group, place)
      const key = `${ns} ${text}`
      const known = isPlain
        ? others.some((day) => files.open(day)?.hasTextId(index.uid, ns, text))
        : file?.hasTextId(index.uid, ns, text)
      if (seen.has(key) || known === true) marked[place] = 1
      seen.add(key)
    }
  }

  /** Days with documents of a plain index, where an id may be in any. */
  #daysOf(uid: number): number[] {
    return this.#options.files.days.filter((day) => this.#options.files.open(day)?.uids.includes(uid) ?? false)
  }
}

/** By what time an id that is no uid is known: in a plain index by none, an id is unique there. */
export function textIdNs({ index, ns }: DocumentGroup, place: number): number {
  return index.kind === 'index' ? 0 : ns[place]!
}

function fileRuns(group: DocumentGroup, ids: IdTable): Iterable<FileRun> {
  const runs = new Map<number, FileRun>()
  let run: FileRun | undefined
  let lastFile = -1
  for (let place = 0; place < group.count; place++) {
    const row = group.rows[place]!
    if (ids.kinds[row] !== ID_KIND.uid) continue
    const file = ids.files[row]!
    const offset = ids.offsets[row]!
    if (file !== lastFile || run === undefined) {
      lastFile = file
      run = runs.get(file)
      if (run === undefined) {
        run = { fileKey: ids.fileKeys[file]!, first: offset, last: offset - 1, rising: true, places: [] }
        runs.set(file, run)
      }
    }
    if (offset <= run.last) run.rising = false
    run.first = Math.min(run.first, offset)
    run.last = Math.max(run.last, offset)
    run.places.push(place)
  }
  return runs.values()
}

function recordKey(offset: number, length: number, ns: number): string {
  return `${offset}/${length}/${ns}`
}
