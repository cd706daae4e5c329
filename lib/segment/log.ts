import { join } from 'node:path'
import { type FileHandle, type Files, syncDirectory } from '../files.ts'
import { FRAME_HEADER_BYTES, frameHeader } from './frame.ts'
import { SEGMENT_HEADER_BYTES, segmentFileName, segmentHeader, segmentSequence } from './header.ts'
import { SegmentReader } from './reader.ts'

/** A place in a segment log. Positions are ordered by sequence, then offset. */
export interface Position {
  readonly sequence: number
  readonly offset: number
}

export interface SegmentLogOptions {
  readonly files: Files
  readonly directory: string
  /** A new segment is begun once the current one has this many bytes. */
  readonly segmentBytes: number
  /** Largest payload; a longer length field on disk counts as damage. */
  readonly maxPayloadBytes: number
}

/** What opening a log found. */
export interface Recovery {
  /** Bytes cut from the end of the last segment: a write that a crash interrupted and that was never acknowledged. */
  readonly tornBytes: number
}

interface Waiter {
  readonly parts: readonly Uint8Array[]
  readonly resolve: (position: Position) => void
  readonly reject: (error: unknown) => void
}

interface Segment {
  readonly sequence: number
  lengthBytes: number
}

/**
 * An append-only log over segment files. An append resolves once its payload is on disk: all appends that arrive while
 * one fdatasync runs share the next one (group commit), so latency is one sync and throughput is not bound by it.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions
  readonly #segments: Segment[]
  #handle: FileHandle | undefined
  #waiting: Waiter[] = []
  #committing: Promise<void> | undefined

  private constructor(options: SegmentLogOptions, segments: Segment[]) {
    this.#options = options
    this.#segments = segments
  }

  /** Opens or creates a log. Whatever is on disk, it starts: a torn tail is cut, damage elsewhere is left to readers. */
  static async open(options: SegmentLogOptions): Promise<{ log: SegmentLog; recovery: Recovery }> {
    const { files, directory } = options
    await files.mkdir(directory, { recursive: true })
    const segments: Segment[] = []
    for (const name of (await files.readdir(directory)).sort()) {
      const sequence = segmentSequence(name)
      if (sequence === undefined) continue
      segments.push({ sequence, lengthBytes: (await files.stat(join(directory, name))).size })
    }
    const log = new SegmentLog(options, segments)
    return { log, recovery: { tornBytes: await log.#recoverTail() } }
  }

  /** Bytes of all segments. */
  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.lengthBytes, 0)
  }

  /** Where the oldest segment begins, which is where the next one would if there is none. */
  get begin(): Position {
    return { sequence: this.#segments[0]?.sequence ?? 1, offset: SEGMENT_HEADER_BYTES }
  }

  /** Where the next append goes. */
  get end(): Position {
    const last = this.#segments.at(-1)
    return last === undefined ? this.begin : { sequence: last.sequence, offset: last.lengthBytes }
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
   * Appends one payload, given in parts so that nobody has to join them.
   *
   * @returns where it stands, once it is durable
   * @throws the system's error (ENOSPC, EIO); then the payload is not in the log
   */
  append(parts: readonly Uint8Array[]): Promise<Position> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ parts, resolve, reject })
      this.#committing ??= this.#commitAll()
    })
  }

  openReader(position: Position): Promise<SegmentReader> {
    const path = join(this.#options.directory, segmentFileName(position.sequence))
    return SegmentReader.open(this.#options.files, path, position.offset, this.#options.maxPayloadBytes)
  }

  /** Deletes the segments before the one that a position lies in. */
  async deleteBefore(sequence: number): Promise<void> {
    while (this.#segments.length > 1 && this.#segments[0]!.sequence < sequence) {
      const [oldest] = this.#segments.splice(0, 1)
      await this.#options.files.unlink(join(this.#options.directory, segmentFileName(oldest!.sequence)))
    }
  }

  /** Waits for appends under way and closes the files. */
  async close(): Promise<void> {
    await this.#committing
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #commitAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        this.#waiting = []
        try {
          const positions = await this.#commit(batch)
          for (const [index, waiter] of batch.entries()) waiter.resolve(positions[index]!)
        } catch (error) {
          for (const waiter of batch) waiter.reject(error)
        }
      }
    } finally {
      this.#committing = undefined
    }
  }

  async #commit(batch: readonly Waiter[]): Promise<Position[]> {
    const segment = await this.#writableSegment()
    const handle = this.#handle!
    const positions: Position[] = []
    const buffers: Uint8Array[] = []
    let end = segment.lengthBytes
    for (const { parts } of batch) {
      positions.push({ sequence: segment.sequence, offset: end })
      buffers.push(frameHeader(parts), ...parts)
      for (const part of parts) end += part.length
      end += FRAME_HEADER_BYTES
    }
    try {
      await writeFully(handle, buffers, segment.lengthBytes)
      await handle.datasync()
    } catch (error) {
      await this.#abandon(segment)
      throw error
    }
    segment.lengthBytes = end
    return positions
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
    return this.#begin((last?.sequence ?? 0) + 1)
  }

  async #begin(sequence: number): Promise<Segment> {
    const { files, directory } = this.#options
    const path = join(directory, segmentFileName(sequence))
    const handle = await files.open(path, 'w')
    try {
      await writeFully(handle, [segmentHeader(sequence)], 0)
      await handle.datasync()
      await syncDirectory(files, directory)
    } catch (error) {
      await handle.close()
      await files.unlink(path).catch(() => {})
      throw error
    }
    const segment = { sequence, lengthBytes: SEGMENT_HEADER_BYTES }
    this.#handle = handle
    this.#segments.push(segment)
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
    const reader = await this.openReader({ sequence: last.sequence, offset: 0 })
    while ((await reader.next(last.lengthBytes)) !== undefined);
    await reader.close()
    const tornBytes = last.lengthBytes - reader.offset
    this.#handle = await this.#options.files.open(path, 'r+')
    if (tornBytes > 0) {
      await this.#handle.truncate(reader.offset)
      await this.#handle.datasync()
      last.lengthBytes = reader.offset
    }
    return tornBytes
  }
}

/** Writes all buffers at an offset; a short write is continued. */
async function writeFully(handle: FileHandle, buffers: readonly Uint8Array[], offset: number): Promise<void> {
  let rest = [...buffers]
  let at = offset
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at)
    at += bytesWritten
    let left = bytesWritten
    const open: Uint8Array[] = []
    for (const buffer of rest) {
      const done = Math.min(left, buffer.length)
      left -= done
      if (done < buffer.length) open.push(buffer.subarray(done))
    }
    rest = open
  }
}
