/** Each fragment is compressed by itself, so that a place in it fits into 16 bits. */
const FRAGMENT_BYTES = 65_536
const TABLE_BITS = 14
/** A shorter fragment is written as it is; reading four bytes at any place before this margin stays within. */
const MARGIN_BYTES = 15
const MAX_COPY_BYTES = 64
/** After so many bytes without a match, places are left out: what does not compress costs little. */
const SKIP_SHIFT = 5

/** The most that so many bytes may take, compressed. */
export function maxSnappyBytes(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

/**
 * Compresses to snappy's block format (google/snappy, format_description.txt), which remote write has. The table is kept
 * from one call to the next.
 */
export class SnappyEncoder {
  readonly #table = new Uint16Array(1 << TABLE_BITS)
  #target: Uint8Array = new Uint8Array()
  #to = 0

  /**
   * Compresses the first bytes of a buffer.
   *
   * @param target with room for {@link maxSnappyBytes}
   * @returns how many bytes were written
   */
  compress(source: Buffer, length: number, target: Uint8Array): number {
    this.#target = target
    this.#to = 0
    for (let rest = length; ; rest >>>= 7) {
      target[this.#to++] = rest < 0x80 ? rest : (rest & 0x7f) | 0x80
      if (rest < 0x80) break
    }
    const view = new DataView(source.buffer, source.byteOffset, length)
    for (let start = 0; start < length; start += FRAGMENT_BYTES) {
      this.#fragment(source, view, start, Math.min(length, start + FRAGMENT_BYTES))
    }
    return this.#to
  }

  #fragment(source: Buffer, view: DataView, start: number, end: number): void {
    const table = this.#table
    let literal = start
    if (end - start > MARGIN_BYTES) {
      table.fill(0)
      const limit = (end - MARGIN_BYTES) | 0
      let at = (start + 1) | 0
      let misses = 1 << SKIP_SHIFT
      while (at < limit) {
        const word = view.getInt32(at, true)
        const slot = Math.imul(word, 0x1e35_a7bd) >>> (32 - TABLE_BITS)
        const candidate = (start + table[slot]!) | 0
        table[slot] = at - start
        if (view.getInt32(candidate, true) !== word) {
          at = (at + (misses++ >> SKIP_SHIFT)) | 0
          continue
        }
        misses = 1 << SKIP_SHIFT
        let length = 4
        while (at + length < end && source[(candidate + length) | 0] === source[(at + length) | 0]) length++
        if (at > literal) this.#literal(source, literal, at)
        this.#copy(at - candidate, length)
        at = (at + length) | 0
        literal = at
        if (at < limit) {
          // The place before the next one, which the match went over.
          table[Math.imul(view.getInt32(at - 1, true), 0x1e35_a7bd) >>> (32 - TABLE_BITS)] = at - 1 - start
        }
      }
    }
    if (literal < end) this.#literal(source, literal, end)
  }

  #literal(source: Buffer, from: number, end: number): void {
    const target = this.#target
    const length = end - from
    const last = length - 1
    let to = this.#to
    if (last < 60) {
      target[to++] = last << 2
    } else if (last < 0x100) {
      target[to++] = 60 << 2
      target[to++] = last
    } else {
      target[to++] = 61 << 2
      target[to++] = last & 0xff
      target[to++] = last >> 8
    }
    if (length > 200) {
      target.set(source.subarray(from, end), to)
      to += length
    } else {
      for (let at = from; at < end; at++) target[to++] = source[at]!
    }
    this.#to = to
  }

  #copy(offset: number, length: number): void {
    const target = this.#target
    let to = this.#to
    let rest = length
    // No copy of less than four bytes may be left over.
    while (rest >= MAX_COPY_BYTES + 4) {
      to = twoByteCopy(target, to, offset, MAX_COPY_BYTES)
      rest -= MAX_COPY_BYTES
    }
    if (rest > MAX_COPY_BYTES) {
      to = twoByteCopy(target, to, offset, MAX_COPY_BYTES - 4)
      rest -= MAX_COPY_BYTES - 4
    }
    if (rest < 12 && offset < 2_048) {
      target[to++] = 1 | ((rest - 4) << 2) | ((offset >> 8) << 5)
      target[to++] = offset & 0xff
    } else {
      to = twoByteCopy(target, to, offset, rest)
    }
    this.#to = to
  }
}

function twoByteCopy(target: Uint8Array, at: number, offset: number, length: number): number {
  target[at] = 2 | ((length - 1) << 2)
  target[at + 1] = offset & 0xff
  target[at + 2] = offset >> 8
  return at + 3
}
