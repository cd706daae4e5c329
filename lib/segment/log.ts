import { join } from 'node:path'
import type { FileHandle, Files } from '../files.ts'
import { FRAME_HEADER_BYTES, frameHeader } from './frame.ts'
import { GroupCommit } from './group-commit.ts'
import { SEGMENT_HEADER_BYTES, segmentFileName } from './header.ts'
import { ITEM_COUNT_BYTES, itemCount, readItemCount } from './item-count.ts'
import type { Placed, Position } from './position.ts'
import { SegmentReader, type SegmentRecord } from './reader.ts'
import { createSegmentFile, listSegments, type Segment } from './segment-files.ts'
import { writeFully } from './write.ts'

/** A place that was durable once, and the items before it. */
export interface Reached extends Position {
  readonly items: number
}

export interface SegmentLogOptions {
  readonly files: Files
  readonly directory: string
  /** A new segment is begun once the current one has this many bytes. */
  readonly segmentBytes: number
  /** Largest payload; a longer length field on disk counts as damage. */
  readonly maxPayloadBytes: number
  /** How far the log is known to have been written, whatever is left of it. */
  readonly reached?: Reached
}

/** What opening a log found. */
export interface Recovery {
  /** Bytes cut from the end of the last segment: a write that a crash interrupted and that was never acknowledged. */
  readonly tornBytes: number
}

/** One payload, with the numbers of the items it stands for. */
export interface LogRecord extends SegmentRecord {
  /** Items of all payloads before this one since the log was made: a gap shows how many were lost. */
  readonly itemsBefore: number
  readonly items: number
}

interface Append {
  readonly parts: readonly Uint8Array[]
  readonly items: number
}

/** An append-only log over segment files. An append resolves once its payload is on disk; many share one fdatasync. */
export class SegmentLog {
  readonly #options: SegmentLogOptions
  readonly #segments: Segment[]
  #handle: FileHandle | undefined
  readonly #commits = new GroupCommit<Append, Placed>((batch) => this.#commit(batch))
  #items = 0
  /** The segment that this run began last. */
  #begun = 0

  private constructor(options: SegmentLogOptions, segments: Segment[]) {
    this.#options = options
    this.#segments = segments
  }

  /** Opens or creates a log. Whatever is on disk, it starts: a torn tail is cut, damage elsewhere is left to readers. */
  static async open(options: SegmentLogOptions): Promise<{ log: SegmentLog; recovery: Recovery }> {
    const { files, directory } = options
    await files.mkdir(directory, { recursive: true })
    const segments = await listSegments(files, directory)
    const log = new SegmentLog(options, segments)
    const tornBytes = await log.#recoverTail()
    await log.#recoverItems()
    return { log, recovery: { tornBytes } }
  }

  /** Bytes of all segments. */
  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.lengthBytes, 0)
  }

  /** Items of all payloads since the log was made. */
  get items(): number {
    return this.#items
  }

  /** Where the oldest segment begins. */
  get begin(): Position {
    return { sequence: this.#segments[0]?.sequence ?? 1, offset: SEGMENT_HEADER_BYTES }
  }

  /** Where the next append goes. */
  get end(): Position {
    const { sequence, lengthBytes } = this.#segments.at(-1) ?? { sequence: 1, lengthBytes: SEGMENT_HEADER_BYTES }
    return { sequence, offset: lengthBytes }
  }

  /** Durable bytes of a segment, or undefined if it is gone. */
  lengthOf(sequence: number): number | undefined {
    return this.#segments.find((segment) => segment.sequence === sequence)?.lengthBytes
  }

  /** The sequence number of the first segment after this one, if there is any. */
  after(sequence: number): number | undefined {
    return this.#segments.find((segment) => segment.sequence > sequence)?.sequence
  }

  /**
   * Appends one payload, given in parts so that nobody has to join them, which stands for some items.
   *
   * @returns where it stands, once it is durable
   * @throws the system's error (ENOSPC, EIO); then the payload is not in the log
   */
  append(parts: readonly Uint8Array[], items = 1): Promise<Placed> {
    return this.#commits.add({ parts, items })
  }

  openReader(position: Position): Promise<SegmentReader> {
    const { files, directory, maxPayloadBytes } = this.#options
    const path = join(directory, segmentFileName(position.sequence))
    return SegmentReader.open(files, path, position.offset, maxPayloadBytes + ITEM_COUNT_BYTES)
  }

  /** The next payload of a segment, or undefined at the end of what is durable in it. */
  async read(sequence: number, reader: SegmentReader): Promise<LogRecord | undefined> {
    const record = await reader.next(this.lengthOf(sequence) ?? 0)
    if (record === undefined) return undefined
    const { payload } = record
    return {
      ...record,
      ...readItemCount(payload),
      payload: payload.subarray(ITEM_COUNT_BYTES),
    }
  }

  /** Items of all payloads before the first whole one of a segment; if there is none behind its begin, of all. */
  async itemsBefore(sequence: number): Promise<number> {
    for (let at: number | undefined = sequence; at !== undefined; at = this.after(at)) {
      if (this.lengthOf(at) === undefined) continue
      const reader = await this.openReader({ sequence: at, offset: 0 })
      try {
        const items = this.#items
        const record = await this.read(at, reader)
        if (record !== undefined) return record.itemsBefore
        if (this.after(at) === undefined) return items
      } finally {
        await reader.close()
      }
    }
    return this.#items
  }

  /** Deletes a segment that is not the last one, whoever needs it. Its items are a gap from then on. */
  async delete(sequence: number): Promise<void> {
    const index = this.#segments.findIndex((segment) => segment.sequence === sequence)
    if (index < 0 || index === this.#segments.length - 1) return
    this.#segments.splice(index, 1)
    await this.#options.files.unlink(join(this.#options.directory, segmentFileName(sequence)))
  }

  /** Deletes the segments before the one that a position lies in. */
  async deleteBefore(sequence: number): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[0]!.sequence < sequence) {
      const [oldest] = this.#segments.splice(0, 1)
      await this.#options.files.unlink(join(this.#options.directory, segmentFileName(oldest!.sequence)))
    }
  }

  /** Ends the current segment: the next append begins another one. */
  async endSegment(): Promise<void> {
    await this.#commits.idle()
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** Waits for appends under way and closes the files. */
  close(): Promise<void> {
    return this.endSegment()
  }

  async #commit(batch: readonly Append[]): Promise<Placed[]> {
    const segment = await this.#writableSegment()
    const places: Placed[] = []
    const buffers: Uint8Array[] = []
    let end = segment.lengthBytes
    let items = this.#items
    for (const append of batch) {
      const offset = end
      const parts = [itemCount(items, append.items), ...append.parts]
      buffers.push(frameHeader(parts), ...parts)
      for (const part of parts) end += part.length
      end += FRAME_HEADER_BYTES
      places.push({ sequence: segment.sequence, offset, nextOffset: end, itemsBefore: items })
      items += append.items
    }
    try {
      await writeFully(this.#handle!, buffers, segment.lengthBytes)
      await this.#handle!.datasync()
    } catch (error) {
      await this.#abandon(segment)
      throw error
    }
    segment.lengthBytes = end
    this.#items = items
    return places
  }

  /**
   * After a failed write or sync the kernel may have dropped dirty pages while calling them clean, so nothing more is
   * written behind the failure: what was never acknowledged is cut off and the next append begins a new segment.
   */
  async #abandon(segment: Segment): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    try {
      await handle?.truncate(segment.lengthBytes)
    } finally {
      await handle?.close()
    }
  }

  async #writableSegment(): Promise<Segment> {
    const last = this.#segments.at(-1)
    if (this.#handle !== undefined && last !== undefined) {
      if (last.lengthBytes < this.#options.segmentBytes) return last
      await this.#handle.close()
      this.#handle = undefined
    }
    // Nothing was ever acknowledged from an empty one, so it is made anew: a full disk would else leave one per attempt.
    if (last?.lengthBytes === SEGMENT_HEADER_BYTES && last.sequence === this.#begun)
      return this.#begin(last.sequence, last)
    return this.#begin((last?.sequence ?? 0) + 1)
  }

  /** An empty segment is made anew in the same file, which a reader may have open. */
  async #begin(sequence: number, empty?: Segment): Promise<Segment> {
    const { files, directory } = this.#options
    this.#handle = await createSegmentFile(files, directory, sequence, empty !== undefined)
    this.#begun = sequence
    const segment = empty ?? { sequence, lengthBytes: SEGMENT_HEADER_BYTES }
    if (empty === undefined) this.#segments.push(segment)
    return segment
  }

  /** Finds the end of the last whole frame, cuts what is behind it, and continues there. */
  async #recoverTail(): Promise<number> {
    const last = this.#segments.at(-1)
    if (last === undefined) return 0
    const path = join(this.#options.directory, segmentFileName(last.sequence))
    if (last.lengthBytes < SEGMENT_HEADER_BYTES) {
      await this.#options.files.unlink(path)
      this.#segments.pop()
      return last.lengthBytes
    }
    const end = await this.#countItems(last.sequence)
    const tornBytes = last.lengthBytes - end
    this.#handle = await this.#options.files.open(path, 'r+')
    if (tornBytes > 0) {
      await this.#handle.truncate(end)
      await this.#handle.datasync()
      last.lengthBytes = end
    }
    const { reached } = this.#options
    if (reached?.sequence === last.sequence && reached.offset > end) {
      // Damage was cut, not a torn write: an append here would stand below a place that the user remembers.
      await this.#handle.close()
      this.#handle = undefined
    }
    return tornBytes
  }

  /** The count of items stands in the payloads; the last segments may hold none that is whole. */
  async #recoverItems(): Promise<void> {
    for (let index = this.#segments.length - 1; index >= 0 && this.#items === 0; index--) {
      await this.#countItems(this.#segments[index]!.sequence)
    }
    this.#items = Math.max(this.#items, this.#options.reached?.items ?? 0)
  }

  /** Reads a segment to its end; returns the offset behind its last whole frame. */
  async #countItems(sequence: number): Promise<number> {
    const reader = await this.openReader({ sequence, offset: 0 })
    for (;;) {
      const record = await this.read(sequence, reader)
      if (record === undefined) break
      this.#items = record.itemsBefore + record.items
    }
    await reader.close()
    return reader.offset
  }
}
