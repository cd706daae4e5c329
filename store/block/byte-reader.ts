/** A block says something that cannot be; thrown by everything that reads blocks. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError'
}

/** Reads what a ByteWriter wrote. Slices share memory with what is read. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) throw new CorruptBlockError('ends too early')
    return this.#bytes[this.#at++]!
  }

  number(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) break
      factor *= 0x80
    }
    if (!Number.isSafeInteger(value)) throw new CorruptBlockError('a number is too large')
    return value
  }

  raw(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new CorruptBlockError('ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  bytes(): Buffer {
    return this.raw(this.number())
  }

  /** Passes over bytes that are not wanted, or not yet. */
  skip(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new CorruptBlockError('ends too early')
    this.#at += length
  }

  /** Another reader of the same bytes, from here on. */
  fork(): ByteReader {
    const forked = new ByteReader(this.#bytes)
    forked.#at = this.#at
    return forked
  }
}
