import type { Block } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import type { BlockInput } from '../block/encode.ts'
import { ID_KIND, IdTable } from '../block/id-table.ts'
import { DocumentReader } from '../json/document-reader.ts'
import { DocumentTable } from '../json/document-table.ts'
import type { Shape, ShapeRegistry } from '../json/shape.ts'
import { TimestampReader } from '../time/timestamp-reader.ts'

/** Rows of blocks, put together again as they were when they came in, to be encoded as one block. */
export class MergeRows {
  readonly table = new DocumentTable()
  readonly ids = new IdTable()
  readonly #reader: DocumentReader
  readonly #timestamps = new TimestampReader()
  readonly #timestampLeaves = new WeakMap<Shape, number>()
  readonly #ns: Float64Array
  readonly #digits: Int8Array
  readonly #sequences: Float64Array
  #end = 0

  /** @param sourceBytes of all documents together */
  constructor(rows: number, sourceBytes: number, shapes: ShapeRegistry) {
    this.table.begin(Buffer.allocUnsafeSlow(sourceBytes + rows))
    this.#reader = new DocumentReader(this.table, shapes)
    this.#ns = new Float64Array(rows)
    this.#digits = new Int8Array(rows)
    this.#sequences = new Float64Array(rows)
  }

  /** @throws CorruptBlockError if the row is not what a block can have */
  add(block: Block, row: number): void {
    const { table } = this
    const source = block.sourceOf(row)
    const start = this.#end
    const end = start + source.length
    if (end >= table.bytes.length || table.rows === this.#ns.length)
      throw new CorruptBlockError('has more than it says')
    source.copy(table.bytes, start)
    table.bytes[end] = 0x0a
    this.#end = end + 1
    const problem = this.#reader.read(start, end)
    if (problem !== undefined) throw new CorruptBlockError(`a document is not JSON: ${problem.message}`)
    const place = table.rows - 1
    this.#ns[place] = block.ns[row]!
    this.#sequences[place] = block.sequences[row]!
    this.#digits[place] = this.#digitsOf(place, block)
    this.#addId(place, block, row)
  }

  #addId(place: number, { ids }: Block, row: number): void {
    const kind = ids.kindOf(row)
    if (kind === ID_KIND.generated) this.ids.setGenerated(place)
    else if (kind === ID_KIND.text) this.ids.setText(place, ids.textOf(row))
    else this.ids.setUid(place, ids.fileKeys[ids.files[row]!]!, ids.offsets[row]!, ids.lengths[row]!)
  }

  /** Digits after the second, if the document's `@timestamp` says just the time of the row. */
  #digitsOf(place: number, { day }: Block): number {
    const { shapes, leafFrom, leafStarts, leafEnds, bytes, view } = this.table
    const shape = shapes[place]!
    let leaf = this.#timestampLeaves.get(shape)
    if (leaf === undefined) {
      leaf = shape.leaves.findIndex(({ path, kind }) => path === '@timestamp' && kind === 'string')
      this.#timestampLeaves.set(shape, leaf)
    }
    if (leaf < 0) return -1
    const at = leafFrom[place]! + leaf
    const reader = this.#timestamps
    if (!reader.read(bytes, view, leafStarts[at]!, leafEnds[at]!)) return -1
    return reader.day === day && reader.ns === this.#ns[place] ? reader.digits : -1
  }

  get rows(): Int32Array {
    return Int32Array.from({ length: this.table.rows }, (_, row) => row)
  }

  /** What the encoder needs of the rows from one place to before another. */
  inputOf(rows: Int32Array, start: number, end: number): BlockInput {
    return {
      table: this.table,
      ids: this.ids,
      rows: rows.subarray(start, end),
      count: end - start,
      ns: this.#ns.subarray(start, end),
      digits: this.#digits.subarray(start, end),
      sequences: this.#sequences.subarray(start, end),
    }
  }
}
