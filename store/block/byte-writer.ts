/** A buffer that grows while it is written. Numbers are varints: seven bits a byte, least significant first. */
export class ByteWriter {
  #buffer: Buffer
  length = 0

  constructor(sizeBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(sizeBytes)
  }

  /** What was written; valid until the next write. */
  get written(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  /** Makes room for so many bytes and returns the buffer, for a caller that writes at `length` by itself. */
  reserve(sizeBytes: number): Buffer {
    if (this.length + sizeBytes > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.length + sizeBytes, this.#buffer.length * 2))
      this.#buffer.copy(grown, 0, 0, this.length)
      this.#buffer = grown
    }
    return this.#buffer
  }

  byte(value: number): void {
    this.reserve(1)[this.length++] = value
  }

  /** A whole number from zero to 2^53. */
  number(value: number): void {
    const buffer = this.reserve(8)
    let rest = value
    while (rest >= 0x80) {
      buffer[this.length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    buffer[this.length++] = rest
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes, this.length)
    this.length += bytes.length
  }

  /** Bytes with their length before them. */
  bytes(bytes: Uint8Array): void {
    this.number(bytes.length)
    this.raw(bytes)
  }
}
