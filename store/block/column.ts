import type { Leaf } from '../json/shape.ts'
import { decodeString } from '../json/words.ts'
import { writeTimestamp } from '../time/timestamp-reader.ts'
import { type ByteReader, CorruptBlockError } from './byte-reader.ts'
import { ENCODING, VARYING_DIGITS } from './format.ts'
import { Dictionary } from './read-dictionary.ts'

/** What a column needs of its block. */
export interface ColumnOwner {
  readonly dayName: string
  /** Nanoseconds within the day, by row. */
  readonly times: () => Float64Array
  /** Reads and decompresses a section. */
  readonly section: (section: number) => Buffer
}

/** How the values of a column lie in the rows. */
export interface ColumnLayout {
  readonly rows: number
  /** Shape of each row, unless all have the same. */
  readonly shapeCodes: Uint16Array | undefined
  /** By shape: how many values a row of it has. */
  readonly valuesPerShape: Uint16Array
}

/** All values of a column one after the other, a newline after each. */
export interface ColumnText {
  readonly bytes: Buffer
  /** Where each value begins, and one more place: where the next one would. */
  readonly starts: Int32Array
}

/** The values of one field of a block, in row order. */
export class BlockColumn {
  readonly leaf: Leaf
  readonly count: number
  readonly dictionary: Dictionary | undefined
  /** The value is the time of the row; there is exactly one in each. */
  readonly isRowTime: boolean
  readonly #owner: ColumnOwner
  readonly #layout: ColumnLayout
  readonly #dense: boolean
  readonly #digits: number | Buffer
  readonly #textSection: number
  #text: ColumnText | undefined
  #firstValues: Int32Array | undefined

  constructor(reader: ByteReader, leaf: Leaf, owner: ColumnOwner, layout: ColumnLayout) {
    this.leaf = leaf
    this.#owner = owner
    this.#layout = layout
    this.#dense = layout.valuesPerShape.every((values) => values === 1)
    this.count = reader.number()
    const encoding = reader.byte()
    this.isRowTime = encoding === ENCODING.rowTime
    this.dictionary = encoding === ENCODING.dictionary ? new Dictionary(reader, this.count) : undefined
    this.#digits = this.isRowTime ? reader.byte() : 0
    if (this.#digits === VARYING_DIGITS) this.#digits = reader.raw(this.count)
    if (encoding === ENCODING.inlineText) this.#text = splitText(reader.bytes(), this.count)
    this.#textSection = encoding === ENCODING.text ? reader.number() : 0
    if (encoding > ENCODING.text) throw new CorruptBlockError(`unknown encoding ${encoding}`)
  }

  /** Whether every row has exactly one value, so that rows and values have the same numbers. */
  get isDense(): boolean {
    return this.#dense
  }

  /** Whether no row has more than one value. */
  get isSingle(): boolean {
    return this.#layout.valuesPerShape.every((values) => values <= 1)
  }

  /** The number of a row's first value; the row has those before the first value of the next row. */
  firstValue(row: number): number {
    return this.#dense ? row : this.firstValues[row]!
  }

  /** {@link firstValue} of all rows, and the number of values at the end. */
  get firstValues(): Int32Array {
    if (this.#firstValues === undefined) {
      const { rows, shapeCodes, valuesPerShape } = this.#layout
      const firstValues = new Int32Array(rows + 1)
      for (let row = 0; row < rows; row++) {
        firstValues[row + 1] = firstValues[row]! + valuesPerShape[shapeCodes?.[row] ?? 0]!
      }
      if (firstValues[rows] !== this.count) throw new CorruptBlockError('a column has too many or too few values')
      this.#firstValues = firstValues
    }
    return this.#firstValues
  }

  /** About what its dictionary holds in memory; the bytes themselves are those of the block. */
  get memoryBytes(): number {
    return this.dictionary?.memoryBytes ?? 0
  }

  /** All values as text, of a column that has neither a dictionary nor the row's time. */
  get text(): ColumnText {
    this.#text ??= splitText(this.#owner.section(this.#textSection), this.count)
    return this.#text
  }

  /** A value as it was sent; a string without its quotes. */
  raw(value: number): Buffer {
    if (this.dictionary !== undefined) {
      const { entries, codes } = this.dictionary
      return entries[codes?.[value] ?? 0]!
    }
    if (this.isRowTime) {
      const digits = typeof this.#digits === 'number' ? this.#digits : this.#digits[value]!
      const target = Buffer.allocUnsafe(30)
      return target.subarray(0, writeTimestamp(target, 0, this.#owner.dayName, this.#owner.times()[value]!, digits))
    }
    const { bytes, starts } = this.text
    return bytes.subarray(starts[value], starts[value + 1]! - 1)
  }

  /** A value as text: a string decoded, anything else as it was sent. */
  value(value: number): string {
    return this.#decode(this.raw(value))
  }

  /** An entry of the dictionary, as {@link value} has it. */
  entryText(entry: number): string {
    return this.#decode(this.dictionary!.entries[entry]!)
  }

  #decode(raw: Buffer): string {
    return this.leaf.kind === 'string' ? decodeString(raw, 0, raw.length) : raw.toString('latin1')
  }
}

function splitText(bytes: Buffer, count: number): ColumnText {
  const starts = new Int32Array(count + 1)
  let at = 0
  for (let value = 0; value < count; value++) {
    at = bytes.indexOf(0x0a, at) + 1
    if (at === 0) throw new CorruptBlockError('a column has too few values')
    starts[value + 1] = at
  }
  return { bytes, starts }
}
