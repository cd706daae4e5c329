import { type Line, NO_STREAM } from '../decode/line.ts'
import type { Extent } from '../ship/extent.ts'
import type { SourceFile } from '../tail/source-file.ts'

/** Where the parts of a record lie in one file. */
export interface PartExtent {
  readonly file: SourceFile
  readonly startOffset: number
  endOffset: number
}

/** Says of a record that it lies in these places. */
export function spanParts(extent: Extent, parts: readonly PartExtent[]): void {
  const first = parts[0]!
  const last = parts.at(-1)!
  extent.fileKey = first.file.identity!.key
  extent.startOffset = first.startOffset
  extent.endOffset = first.endOffset
  extent.endFileKey = last === first ? undefined : last.file.identity!.key
  extent.endFileOffset = last.endOffset
}

const NEWLINE = 10
const FIRST_BUFFER_BYTES = 32 * 1024

/**
 * The parts of a record that a runtime split (`P … P F`), for one stream of one container instance. It belongs to the
 * instance and not to a file, because a rotation may come between two parts. Bytes are joined before anyone looks at
 * their encoding: a split may lie within a character.
 */
export class PartialRecord {
  readonly #maxBytes: number
  #buffer: Buffer = EMPTY
  #length = 0
  #missingBytes = 0
  #extents: PartExtent[] = []
  #timeHigh = 0
  #timeLow = 0
  #stream: Line['stream'] = NO_STREAM
  /** When the last part was added, monotonic milliseconds. */
  addedAtMs = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isOpen(): boolean {
    return this.#extents.length > 0
  }

  get extents(): readonly PartExtent[] {
    return this.#extents
  }

  /** Bytes of the body that were not kept, because they were beyond the limit. */
  get missingBytes(): number {
    return this.#missingBytes
  }

  /** The first byte in a file that belongs to this record: a checkpoint must not pass it. */
  startIn(file: SourceFile): number | undefined {
    return this.#extents.find((extent) => extent.file === file)?.startOffset
  }

  /** Bytes of the body that were kept. */
  get lengthBytes(): number {
    return this.#length
  }

  /** Those bytes, valid until more is added. */
  get body(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Adds a part; `missingBytes` of its body were left out before it came here. */
  add(line: Line, extents: readonly PartExtent[], missingBytes: number, nowMs: number): void {
    if (this.#extents.length === 0) {
      this.#timeHigh = line.timeHigh
      this.#timeLow = line.timeLow
      this.#stream = line.stream
    }
    for (const { file, startOffset, endOffset } of extents) {
      const last = this.#extents.at(-1)
      if (last?.file === file) last.endOffset = endOffset
      else this.#extents.push({ file, startOffset, endOffset })
    }
    const bodyBytes = line.bodyEnd - line.bodyStart
    const kept = Math.min(bodyBytes, this.#maxBytes - this.#length)
    this.#reserve(this.#length + kept)
    line.bytes.copy(this.#buffer, this.#length, line.bodyStart, line.bodyStart + kept)
    this.#length += kept
    this.#missingBytes += bodyBytes - kept + missingBytes
    this.addedAtMs = nowMs
  }

  /** Adds a newline to the body, for which there is room: what follows is a line of its own. */
  addNewline(): void {
    this.#reserve(this.#length + 1)
    this.#buffer[this.#length++] = NEWLINE
  }

  /** Makes `line` the joined record: the time and stream of its first part, the bytes of all. */
  readInto(line: Line): void {
    line.timeHigh = this.#timeHigh
    line.timeLow = this.#timeLow
    line.stream = this.#stream
    line.bytes = this.#buffer
    line.bodyStart = 0
    line.bodyEnd = this.#length
  }

  clear(): void {
    this.#length = 0
    this.#missingBytes = 0
    this.#extents = []
    // A container that once wrote a long line must not hold a long buffer for good.
    if (this.#buffer.length > FIRST_BUFFER_BYTES) this.#buffer = EMPTY
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BUFFER_BYTES, Math.min(this.#maxBytes, bytes * 2)))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

const EMPTY = Buffer.alloc(0)
