import { type ByteReader, CorruptBlockError } from './byte-reader.ts'

/** What an object costs that shows a part of other bytes. */
const BUFFER_BYTES = 128

/**
 * Distinct values of a column, each a JSON value without its quotes, and a code for each value. Both are decoded once
 * they are asked for: of the columns of a block most searches look at two or three.
 */
export class Dictionary {
  /** How many values are distinct. */
  readonly size: number
  readonly #count: number
  readonly #entriesAt: ByteReader
  readonly #codesAt: ByteReader
  #entries: readonly Buffer[] | undefined
  #codes: Uint16Array | undefined

  /** Leaves the reader behind what it wrote. */
  constructor(reader: ByteReader, count: number) {
    this.#count = count
    this.size = reader.number()
    if (this.size === 0 && count > 0) throw new CorruptBlockError('an empty dictionary')
    this.#entriesAt = reader.fork()
    for (let entry = 0; entry < this.size; entry++) reader.skip(reader.number())
    this.#codesAt = reader.fork()
    if (this.size > 1) reader.skip(codeBytes(count, this.size))
  }

  get entries(): readonly Buffer[] {
    if (this.#entries === undefined) {
      const reader = this.#entriesAt.fork()
      this.#entries = Array.from({ length: this.size }, () => reader.bytes())
    }
    return this.#entries
  }

  /** By value: an index into the entries. None if there is one entry only. */
  get codes(): Uint16Array | undefined {
    if (this.#codes === undefined && this.size > 1) {
      this.#codes = readCodes(this.#codesAt.fork(), this.#count, this.size)
    }
    return this.#codes
  }

  /** About what it holds in memory once all of it is decoded, besides the bytes it was read from. */
  get memoryBytes(): number {
    return this.size * BUFFER_BYTES + (this.size > 1 ? this.#count * 2 : 0)
  }
}

/** One byte plane of the codes, or two. */
function codeBytes(count: number, distinct: number): number {
  return distinct > 256 ? 2 * count : count
}

/** Codes below `distinct`. */
export function readCodes(reader: ByteReader, count: number, distinct: number): Uint16Array {
  const codes = new Uint16Array(count)
  codes.set(reader.raw(count))
  if (distinct > 256) {
    const high = reader.raw(count)
    for (let index = 0; index < count; index++) codes[index] = codes[index]! | (high[index]! << 8)
  }
  for (let index = 0; index < count; index++) {
    if (codes[index]! >= distinct) throw new CorruptBlockError('a code is not in the dictionary')
  }
  return codes
}
