export interface WordTableOptions {
  /** What a word stands for: a number from 1 to 255. Words as they are when folded. */
  readonly words: Iterable<readonly [word: string, code: number]>
  /** By byte, the one that it counts as. */
  readonly folded: Uint8Array
}

/** So many slots for at most half as many words. */
const SLOTS = 256
/** Longest word, so that a set of lengths fits into 32 bits. */
const LONGEST_WORD = 31
const STRIDE = 32

/** Looks up words in bytes without making strings of them: a hash table with open addressing over typed arrays. */
export class WordTable {
  readonly #folded: Uint8Array
  /** By first byte: bit n is set if a word of n bytes begins with it. */
  readonly #lengthSets = new Int32Array(256)
  readonly #texts = new Uint8Array(SLOTS * STRIDE)
  /** 0 for a free slot. */
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #codes = new Uint8Array(SLOTS)

  constructor({ words, folded }: WordTableOptions) {
    this.#folded = folded
    for (const [word, code] of words) this.#add(Buffer.from(word), code)
  }

  /** Whether some word begins with this byte and has this length: a test before {@link find}. */
  mayHave(first: number, length: number): boolean {
    return length <= LONGEST_WORD && ((this.#lengthSets[first]! >>> length) & 1) === 1
  }

  /** The code of the word `bytes[start, end)`; 0 if it is none. */
  find(bytes: Buffer, start: number, end: number): number {
    const length = (end - start) | 0
    if (length <= 0 || !this.mayHave(bytes[start]!, length)) return 0
    let slot = this.#slotOf(bytes, start, length)
    for (let known = this.#lengths[slot]!; known !== 0; known = this.#lengths[slot]!) {
      if (known === length && this.#isText(bytes, start, length, slot)) return this.#codes[slot]!
      slot = (slot + 1) & (SLOTS - 1)
    }
    return 0
  }

  #add(text: Buffer, code: number): void {
    let slot = this.#slotOf(text, 0, text.length)
    while (this.#lengths[slot] !== 0) slot = (slot + 1) % SLOTS
    this.#texts.set(text, slot * STRIDE)
    this.#lengths[slot] = text.length
    this.#codes[slot] = code
    for (const [byte, folded] of this.#folded.entries()) {
      if (folded === text[0]) this.#lengthSets[byte] = this.#lengthSets[byte]! | (1 << text.length)
    }
  }

  #slotOf(bytes: Uint8Array, start: number, length: number): number {
    const folded = this.#folded
    const first = folded[bytes[start]!]!
    const last = folded[bytes[(start + length - 1) | 0]!]!
    const middle = folded[bytes[(start + (length >> 1)) | 0]!]!
    return (first + last * 7 + middle * 13 + length * 31) & (SLOTS - 1)
  }

  #isText(bytes: Buffer, start: number, length: number, slot: number): boolean {
    const folded = this.#folded
    const texts = this.#texts
    const text = (slot * STRIDE) | 0
    for (let index = 0; index < length; index++) {
      if (folded[bytes[(start + index) | 0]!] !== texts[(text + index) | 0]) return false
    }
    return true
  }
}
