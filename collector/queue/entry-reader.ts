import type { LogRecord, SegmentLog } from '#lib/segment/log.ts'
import type { Placed, Position } from '#lib/segment/position.ts'
import type { SegmentReader } from '#lib/segment/reader.ts'
import { decodeEntryHeader, ENTRY_HEADER_BYTES, type EntryHeader } from './entry.ts'
import type { FreshEntries } from './fresh-entries.ts'

/** An entry as it is in the log or, if it was queued just now, in memory. */
export interface StoredEntry {
  readonly placed: Placed
  /** Undefined if this version does not know the entry's form, as after a downgrade; then the payload is all of it. */
  readonly header: EntryHeader | undefined
  readonly payload: Buffer
  readonly records: number
  /** The uncompressed request, if it is still in memory. */
  readonly body: Buffer | undefined
}

/** Reads entries one after the other: from memory those that are still there, from disk the others. */
export class EntryReader {
  readonly #log: SegmentLog
  readonly #fresh: FreshEntries
  readonly #start: Position
  #open: { readonly sequence: number; readonly file: SegmentReader } | undefined

  constructor(log: SegmentLog, fresh: FreshEntries, start: Position) {
    this.#log = log
    this.#fresh = fresh
    this.#start = start
  }

  /** The segment that is being read. */
  get sequence(): number {
    return this.#open?.sequence ?? this.#start.sequence
  }

  /** The next entry behind the last one that can be read, or undefined at the end. */
  async next(): Promise<StoredEntry | undefined> {
    for (;;) {
      const reader = await this.#reader()
      if (reader === undefined) return undefined
      const { sequence, file } = reader
      const fresh = this.#fresh.take({ sequence, offset: file.offset })
      if (fresh !== undefined) {
        file.skipTo(fresh.placed.nextOffset)
        return fresh
      }
      const record = await this.#log.read(sequence, file)
      if (record !== undefined) return readEntry(sequence, record)
      const next = this.#log.after(sequence)
      if (next === undefined) return undefined
      // Appends go to the last segment only, so this one is at its end for good.
      const nextFile = await this.#log.openReader({ sequence: next, offset: 0 })
      this.#open = { sequence: next, file: nextFile }
      await file.close()
    }
  }

  async close(): Promise<void> {
    await this.#open?.file.close()
  }

  async #reader(): Promise<{ readonly sequence: number; readonly file: SegmentReader } | undefined> {
    if (this.#open === undefined) {
      const { sequence } = this.#start
      if (this.#log.lengthOf(sequence) === undefined) return undefined
      this.#open = { sequence, file: await this.#log.openReader(this.#start) }
    }
    return this.#open
  }
}

function readEntry(sequence: number, { payload, items, ...place }: LogRecord): StoredEntry {
  const header = decodeEntryHeader(payload)
  const { offset, nextOffset, itemsBefore } = place
  return {
    placed: { sequence, offset, nextOffset, itemsBefore },
    header,
    payload: header === undefined ? payload : payload.subarray(ENTRY_HEADER_BYTES),
    records: items,
    body: undefined,
  }
}
