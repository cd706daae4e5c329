import { writeLongVarint } from '../varint.ts'

const FIRST_BYTES = 4_096
const LARGEST_VARINT = 8

/** Bytes that are written one after the other, in memory that grows as needed and is used again. */
export class ByteSink {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  varint(value: number): void {
    this.#reserve(LARGEST_VARINT)
    this.#length = writeLongVarint(this.#bytes, this.#length, value)
  }

  /** A text in UTF-8 with its length before it. */
  text(text: string): void {
    const bytes = Buffer.byteLength(text)
    this.varint(bytes)
    this.#reserve(bytes)
    this.#bytes.write(text, this.#length, 'utf8')
    this.#length += bytes
  }

  /** What was written since the last time, in a buffer of its own. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
