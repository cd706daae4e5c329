/** Ten bits and six probes a word: one word in 120 that is not in a block is taken to be. */
const BITS_PER_WORD = 10
const PROBES = 6

/** The distinct words of a block, from which its filter is made. Reused from block to block. */
export class WordSet {
  #slots = new Int32Array(1 << 15)
  #shift = 32 - 15
  size = 0

  clear(): void {
    this.#slots.fill(0)
    this.size = 0
  }

  addAll(hashes: Int32Array, from: number, to: number): void {
    let slots = this.#slots
    let shift = this.#shift
    for (let index = from; index < to; index++) {
      const hash = hashes[index]!
      const mask = slots.length - 1
      let slot = Math.imul(hash, 0x9e3779b1) >>> shift
      while (slots[slot] !== hash && slots[slot] !== 0) slot = (slot + 1) & mask
      if (slots[slot] === hash) continue
      slots[slot] = hash
      this.size += 1
      if (this.size * 2 > slots.length) {
        this.#grow()
        slots = this.#slots
        shift = this.#shift
      }
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 4)
    this.#shift -= 2
    this.size = 0
    this.addAll(
      old.filter((hash) => hash !== 0),
      0,
      old.reduce((count, hash) => count + (hash === 0 ? 0 : 1), 0),
    )
  }

  /** A Bloom filter of all words. */
  toFilter(): Buffer {
    const bits = Math.max(8, this.size * BITS_PER_WORD)
    const filter = Buffer.alloc((bits + 7) >> 3)
    const count = filter.length * 8
    for (const hash of this.#slots) {
      if (hash === 0) continue
      const step = stepOf(hash)
      let probe = hash
      for (let index = 0; index < PROBES; index++) {
        const bit = bitOf(probe, count)
        filter[bit >>> 3] = filter[bit >>> 3]! | (1 << (bit & 7))
        probe = (probe + step) | 0
      }
    }
    return filter
  }
}

/** Whether a word may be in the block that the filter was made of; false is certain. */
export function mayContain(filter: Uint8Array, hash: number): boolean {
  const count = filter.length * 8
  const step = stepOf(hash)
  let probe = hash
  for (let index = 0; index < PROBES; index++) {
    const bit = bitOf(probe, count)
    if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false
    probe = (probe + step) | 0
  }
  return true
}

function stepOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) | 1
}

function bitOf(probe: number, count: number): number {
  return Math.floor(((Math.imul(probe, 0x9e3779b1) >>> 0) / 2 ** 32) * count)
}
