const FIRST_BYTES = 1024 ** 2
/** A buffer beyond this was grown for something unusual and is not kept. */
const KEPT_BYTES = 64 * 1024 ** 2

/** A buffer that grows and is used again: what is appended stands in one piece. */
export class Arena {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** Of the same bytes. */
  view: DataView = new DataView(this.bytes.buffer)
  length = 0

  /** Makes room for more bytes behind `length`. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.length + bytes, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.length)
    this.#use(grown)
  }

  /** What was appended, valid until something else is; then begins anew. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.length = 0
    if (this.bytes.length > KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES))
    return taken
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
}
