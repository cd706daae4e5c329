/**
 * A filter of the words of a block: false for a word that the block does not have, except for about one in 80. It is a
 * Bloom filter in which all bits of a word lie in one pair of 32-bit numbers, so that adding one touches one place in
 * memory and equal words need not be found first.
 */

/** Bits that are set, as a share of all: with more, a filter is made again in twice the memory. */
const MAX_FILL = 0.4
const FIRST_NUMBERS = 2 ** 14
const MIN_NUMBERS = 16
const MAX_NUMBERS = 2 ** 23

/** Makes the filters of blocks. It keeps its memory from block to block. */
export class WordFilterBuilder {
  #numbers = new Int32Array(FIRST_NUMBERS)

  begin(): void {
    this.#numbers.fill(0)
  }

  addAll(hashes: Int32Array, from: number, to: number): void {
    const numbers = this.#numbers
    const mask = numbers.length - 1
    for (let index = from; index < to; index++) {
      const hash = hashes[index]!
      const place = placeOf(hash) & mask
      const bits = bitsOf(hash)
      numbers[place] = numbers[place]! | firstBits(bits)
      numbers[place ^ 1] = numbers[place ^ 1]! | secondBits(bits)
    }
  }

  /** Whether too many different words were added; then {@link begin} was called, with more memory, and all are to be added again. */
  grow(): boolean {
    const size = this.#numbers.length
    if (size >= MAX_NUMBERS || fillOf(this.#numbers, size) <= MAX_FILL) return false
    this.#numbers = new Int32Array(size * 2)
    return true
  }

  /** The filter of all words, in as little memory as they need. */
  toFilter(): Buffer {
    const numbers = this.#numbers
    let size = numbers.length
    // The lower half of a filter and its upper half, laid upon each other, are the filter of half the size.
    while (size > MIN_NUMBERS && 1 - (1 - fillOf(numbers, size)) ** 2 <= MAX_FILL) {
      size >>= 1
      for (let index = 0; index < size; index++) numbers[index] = numbers[index]! | numbers[index + size]!
    }
    const filter = Buffer.allocUnsafe(size * 4)
    for (let index = 0; index < size; index++) filter.writeInt32LE(numbers[index]!, index * 4)
    return filter
  }
}

/** Whether a word may be in the block that the filter was made of; false is certain. */
export function mayContain(filter: Buffer, hash: number): boolean {
  const place = placeOf(hash) & (filter.length / 4 - 1)
  const bits = bitsOf(hash)
  const first = firstBits(bits)
  const second = secondBits(bits)
  return (filter.readInt32LE(place * 4) & first) === first && (filter.readInt32LE((place ^ 1) * 4) & second) === second
}

function placeOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 9
}

function bitsOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
}

/** A shift counts by its five lowest bits. */
function firstBits(bits: number): number {
  return (1 << (bits >>> 27)) | (1 << (bits >>> 22)) | (1 << (bits >>> 17))
}

function secondBits(bits: number): number {
  return (1 << (bits >>> 12)) | (1 << (bits >>> 7))
}

/** The share of bits that are set among the first so many numbers. */
function fillOf(numbers: Int32Array, size: number): number {
  let count = 0
  for (let index = 0; index < size; index++) {
    let bits = numbers[index]!
    bits -= (bits >>> 1) & 0x55555555
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count / (size * 32)
}
