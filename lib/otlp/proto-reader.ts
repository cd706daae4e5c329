import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire.ts'

/** Field numbers have 29 bits. */
const MAX_FIELD = 2 ** 29 - 1

/**
 * A cursor over one protobuf message. Reading past the end or a malformed field sets `failed` instead of throwing, and
 * then `next` returns 0: hostile input must not cost an exception each.
 */
export class ProtoReader {
  bytes: Buffer
  at: number
  end: number
  failed = false
  /** Of the field that `next` returned. */
  wireType = 0
  /** Bounds of a length-delimited field; of any other, an empty range. */
  start = 0
  stop = 0
  /** Value of a varint, exact up to 2^53; `low` and `high` are its or a fixed field's 32-bit halves, unsigned. */
  value = 0
  low = 0
  high = 0

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  /** Aims the cursor at another message of the same bytes. */
  reset(start: number, end: number): void {
    this.at = start
    this.end = end
    this.failed = false
  }

  /** Moves to the next field and reads its value; returns its number, or 0 at the end or on failure. */
  next(): number {
    const { at, bytes } = this
    if (at >= this.end || this.failed) return 0
    const key = bytes[at]!
    // Nearly every field has a small number and is a piece of bytes, mostly a short one, or a time.
    const kind = key > 7 ? key & 0x87 : -1
    if (kind === LENGTH_DELIMITED) {
      let start = (at + 2) | 0
      // Behind the last byte there is nothing, which counts as 0 and is found out by where it ends.
      let length = bytes[at + 1]! | 0
      if (length >= 0x80) {
        const upper = bytes[start]!
        if (upper >= 0x80) return this.#nextOfAnyKind()
        length = (length & 0x7f) | (upper << 7)
        start = (start + 1) | 0
      }
      const stop = start + length
      this.wireType = LENGTH_DELIMITED
      this.start = start
      this.stop = stop
      this.at = stop
      if (stop <= this.end) return key >> 3
    } else if (kind === FIXED64) {
      this.wireType = FIXED64
      this.start = at
      this.stop = at
      this.at = at + 1
      this.#fixed64()
      if (this.at <= this.end) return key >> 3
    } else {
      return this.#nextOfAnyKind()
    }
    this.failed = true
    return 0
  }

  #nextOfAnyKind(): number {
    this.#varint()
    const key = this.value
    this.wireType = key & 7
    const field = Math.floor(key / 8)
    this.start = this.at
    this.stop = this.at
    switch (this.wireType) {
      case VARINT:
        this.#varint()
        break
      case FIXED64:
        this.#fixed64()
        break
      case LENGTH_DELIMITED:
        this.#varint()
        this.start = this.at
        this.stop = this.at + this.value
        this.at = this.stop
        break
      case FIXED32:
        this.low = readUint32(this.bytes, this.at)
        this.at += 4
        break
      default:
        this.failed = true
    }
    if (this.at > this.end || field === 0 || field > MAX_FIELD) this.failed = true
    return this.failed ? 0 : field
  }

  /** The bytes of a length-delimited field, not copied. */
  view(): Buffer {
    return this.bytes.subarray(this.start, this.stop)
  }

  text(): string {
    return this.bytes.toString('utf8', this.start, this.stop)
  }

  #fixed64(): void {
    this.low = readUint32(this.bytes, this.at)
    this.high = readUint32(this.bytes, this.at + 4)
    this.at += 8
  }

  #varint(): void {
    const { bytes } = this
    let at = this.at
    let byte = bytes[at++]!
    if (byte < 0x80 && at <= this.end) {
      this.value = byte
      this.low = byte
      this.high = 0
      this.at = at
      return
    }
    let low = 0
    let high = 0
    for (let shift = 0; ; shift += 7) {
      if (at > this.end || shift > 63) {
        this.failed = true
        return
      }
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 0x80) break
      byte = bytes[at++]!
    }
    this.low = low >>> 0
    this.high = high >>> 0
    this.value = this.high * 2 ** 32 + this.low
    this.at = at
  }
}

function readUint32(bytes: Buffer, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
