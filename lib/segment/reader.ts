import type { FileHandle, Files } from '../files.ts'
import { FRAME_HEADER_BYTES, nextMarker, unframe } from './frame.ts'
import { SEGMENT_HEADER_BYTES } from './header.ts'

/** One payload of a segment file and where it ends, which is where the next frame begins. */
export interface SegmentRecord {
  readonly payload: Buffer
  readonly offset: number
  readonly nextOffset: number
}

const WINDOW_BYTES = 256 * 1024

/**
 * Reads the payloads of one segment file in order. Damage is skipped: the reader goes on at the next frame whose
 * checksum holds, so one flipped byte costs one record and not its neighbours.
 */
export class SegmentReader {
  readonly #handle: FileHandle
  readonly #maxPayloadBytes: number
  /** Bytes of the file from #windowStart on. */
  #window = Buffer.alloc(0)
  #windowStart = 0
  #offset: number
  #lostBytes = 0

  private constructor(handle: FileHandle, offset: number, maxPayloadBytes: number) {
    this.#handle = handle
    this.#offset = Math.max(offset, SEGMENT_HEADER_BYTES)
    this.#maxPayloadBytes = maxPayloadBytes
  }

  static async open(files: Files, path: string, offset: number, maxPayloadBytes: number): Promise<SegmentReader> {
    return new SegmentReader(await files.open(path, 'r'), offset, maxPayloadBytes)
  }

  /** Where the next frame is expected: right after the last record that was returned. */
  get offset(): number {
    return this.#offset
  }

  /** Damaged bytes that were skipped so far and have a whole frame after them. */
  get lostBytes(): number {
    return this.#lostBytes
  }

  /** The next payload below `limit` (a length of the file that is known to be complete), or undefined at its end. */
  async next(limit: number): Promise<SegmentRecord | undefined> {
    let probe = this.#offset
    while (probe < limit) {
      const found = unframe(await this.#view(probe, FRAME_HEADER_BYTES, limit), 0, this.#maxPayloadBytes)
      const wanted = found.kind === 'incomplete' ? found.neededBytes : 0
      const view = await this.#view(probe, wanted, limit)
      const frame = wanted === 0 ? found : unframe(view, 0, this.#maxPayloadBytes)
      if (frame.kind === 'frame') {
        this.#lostBytes += probe - this.#offset
        this.#offset = probe + frame.end
        return { payload: view.subarray(frame.start, frame.end), offset: probe, nextOffset: this.#offset }
      }
      probe = await this.#findMarker(probe + 1, limit)
    }
    return undefined
  }

  /** Goes on behind a record that need not be read. */
  skipTo(nextOffset: number): void {
    this.#offset = nextOffset
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #findMarker(from: number, limit: number): Promise<number> {
    for (let at = from; at < limit; ) {
      const view = await this.#view(at, Math.min(WINDOW_BYTES, limit - at), limit)
      const found = nextMarker(view, 0)
      if (found >= 0) return at + found
      // A marker may lie across the end of the view.
      at += Math.max(1, view.length - 3)
    }
    return limit
  }

  /** Bytes of the file from `start` on: at least `wantedBytes` of them unless the limit comes first. */
  async #view(start: number, wantedBytes: number, limit: number): Promise<Buffer> {
    const end = Math.min(limit, start + wantedBytes)
    const windowEnd = this.#windowStart + this.#window.length
    if (start < this.#windowStart || end > windowEnd) {
      const size = Math.min(Math.max(wantedBytes, WINDOW_BYTES), limit - start)
      // A fresh buffer each time: payloads that were handed out are views of the old one.
      const fresh = Buffer.allocUnsafe(size)
      let filled = 0
      while (filled < size) {
        const { bytesRead } = await this.#handle.read(fresh, filled, size - filled, start + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      this.#window = fresh.subarray(0, filled)
      this.#windowStart = start
    }
    return this.#window.subarray(
      start - this.#windowStart,
      Math.max(end, this.#windowStart + this.#window.length) - this.#windowStart,
    )
  }
}
