import type { Shape } from './shape.ts'
import { TimeLeaves } from './time-leaves.ts'
import { WordHashes } from './words.ts'

/**
 * The documents of one request as places in its body: nothing is copied and no object is made for a document. A leaf
 * that is the same as in an earlier document may point to that one, so equal places mean equal leaves. A table is used
 * again for the next request, because so much memory would otherwise be garbage each time.
 */
export class DocumentTable {
  bytes: Buffer = Buffer.alloc(0)
  /** Of the same bytes, for comparing four at once. */
  view: DataView = new DataView(new ArrayBuffer(0))
  /** Grows with each request: places in the bytes of another request mean nothing. */
  generation = 0
  rows = 0
  /** Where each document begins and ends in the bytes. */
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  shapes: Shape[] = []
  /** Leaves of row n are those from `leafFrom[n]` to before `leafFrom[n + 1]`. */
  leafFrom = new Int32Array(257)
  leafStarts = new Int32Array(4096)
  leafEnds = new Int32Array(4096)
  /** Hashes of the words of leaves that do not point to an earlier document, from `wordsFrom[n]` on. */
  readonly words = new WordHashes()
  wordsFrom = new Int32Array(257)
  /** Times of leaves that do not point to an earlier document. */
  readonly times = new TimeLeaves()

  /** Forgets all rows and takes other bytes. */
  begin(bytes: Buffer): this {
    this.generation += 1
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.rows = 0
    this.shapes = []
    this.words.length = 0
    this.times.length = 0
    return this
  }

  /** About what it keeps for the next request. */
  get memoryBytes(): number {
    return (this.starts.length * 4 + this.leafStarts.length * 2 + this.words.hashes.length) * 4 + this.times.memoryBytes
  }

  /** Makes room for one more row with so many leaves; the row counts once {@link endRow} is called. */
  reserveRow(leaves: number): void {
    if (this.rows + 2 > this.starts.length) {
      this.starts = grow(this.starts, this.rows + 2)
      this.ends = grow(this.ends, this.rows + 2)
      this.leafFrom = grow(this.leafFrom, this.rows + 2)
      this.wordsFrom = grow(this.wordsFrom, this.rows + 2)
    }
    const needed = this.leafFrom[this.rows]! + leaves
    if (needed > this.leafStarts.length) {
      this.leafStarts = grow(this.leafStarts, needed)
      this.leafEnds = grow(this.leafEnds, needed)
    }
  }

  endRow(shape: Shape, start: number, end: number): void {
    const row = this.rows
    this.starts[row] = start
    this.ends[row] = end
    this.shapes.push(shape)
    this.leafFrom[row + 1] = this.leafFrom[row]! + shape.leaves.length
    this.wordsFrom[row + 1] = this.words.length
    this.rows += 1
  }
}

function grow(array: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(needed, array.length * 2))
  grown.set(array)
  return grown
}
