import { grown } from '../../series/byte-table.ts'
import { type LineCode, MAX_MATCH } from './line-code.ts'

/** Longest labels for which there are programs. */
export const MAX_PROGRAM_LABELS = 4_096
const MIN_MATCH = 5
const HASH_BITS = 12
/** Words that a program has at most beyond two for each byte. */
const HEAD_WORDS = 5
/** So that it is below 0x8000 whatever comes last. */
const MAX_RUN_BITS = 32_000
const MIN_WORDS = 1 << 20
const MAX_WORDS = 1 << 25

/** A match in the labels of the line before; the next word says how much nearer or farther than its own place. */
export const MATCH_BEFORE = 0x8000
/** A match in the labels themselves; the next word is the distance. */
export const MATCH_WITHIN = 0xc000

/**
 * How labels are written when those of another line went before: runs of literals, as their bits, and matches. Series stand in the
 * same order each time, so this is worked out once and kept. A cache: it may be emptied at any time.
 *
 * A program is: how many words; the hashes of both labels, two words each; then the steps. A step below 0x8000 is a number
 * of bits, which follow in words of 16; others are {@link MATCH_BEFORE} or {@link MATCH_WITHIN} with the length of the match.
 */
export class Programs {
  words = new Uint16Array(MIN_WORDS)
  readonly #code: LineCode
  #offsets = new Uint32Array(1024)
  /** No program is at 0. */
  #end = 1
  readonly #heads = new Int16Array(1 << HASH_BITS)
  readonly #text = Buffer.allocUnsafeSlow(2 * MAX_PROGRAM_LABELS)
  #runBits = 0
  #runStart = -1
  #hold = 0
  #count = 0

  constructor(code: LineCode) {
    this.#code = code
  }

  get bytes(): number {
    return this.words.byteLength + this.#offsets.byteLength
  }

  /** Where the steps of a program begin, or 0; its length is in the word {@link HEAD_WORDS} before. */
  find(labels: number, hash: number, beforeHash: number): number {
    const at = labels < this.#offsets.length ? this.#offsets[labels]! : 0
    if (at === 0) return 0
    const { words } = this
    const isOf =
      (words[at + 1]! | (words[at + 2]! << 16)) >>> 0 === beforeHash &&
      (words[at + 3]! | (words[at + 4]! << 16)) >>> 0 === hash
    return isOf ? at + HEAD_WORDS : 0
  }

  endOf(start: number): number {
    return start - HEAD_WORDS + this.words[start - HEAD_WORDS]!
  }

  /** Works a program out, for labels behind others. */
  make(labels: number, hash: number, beforeHash: number, before: Buffer, own: Buffer): number {
    const length = own.length
    const split = before.length
    this.#room(HEAD_WORDS + 2 * length + 16)
    if (labels >= this.#offsets.length) this.#offsets = grown(this.#offsets, 2 ** Math.ceil(Math.log2(labels + 1)))
    const start = this.#end
    const { words } = this
    words[start + 1] = beforeHash & 0xffff
    words[start + 2] = beforeHash >>> 16
    words[start + 3] = hash & 0xffff
    words[start + 4] = hash >>> 16
    this.#end = start + HEAD_WORDS
    before.copy(this.#text)
    own.copy(this.#text, split)
    this.#steps(split, split + length)
    words[start] = this.#end - start
    this.#offsets[labels] = start
    return start + HEAD_WORDS
  }

  #steps(split: number, end: number): void {
    const text = this.#text
    const heads = this.#heads.fill(-1)
    for (let at = 0; at + 4 <= split; at++) heads[hashAt(text, at)] = at
    // Labels of neighbours are much alike: what stands at the same place is tried first.
    let shift = split
    for (let at = split; at < end; ) {
      let from = at - shift
      let length = from >= 0 && from < split ? matchLength(text, from, at, split, end) : 0
      const found = at + 4 <= end ? heads[hashAt(text, at)]! : -1
      if (found >= 0) {
        const other = matchLength(text, found, at, found < split ? split : end, end)
        if (other > length) {
          length = other
          from = found
        }
      }
      if (length < MIN_MATCH) {
        this.#literal(text[at]!)
        insert(text, heads, at, end)
        at += 1
        continue
      }
      this.#endRun()
      const isBefore = from < split
      this.words[this.#end++] = (isBefore ? MATCH_BEFORE : MATCH_WITHIN) | length
      // In the line before the place counts from the begin of its labels, here from that of these.
      this.words[this.#end++] = isBefore ? (at - split - from + 0x8000) & 0xffff : at - from
      if (isBefore) shift = at - from
      for (const last: number = at + length; at < last; at++) insert(text, heads, at, end)
    }
    this.#endRun()
  }

  #literal(byte: number): void {
    if (this.#runStart < 0) {
      this.#runStart = this.#end
      this.#end += 1
      this.#runBits = 0
    }
    const { bits, lengths } = this.#code.literals
    this.#hold |= bits[byte]! << this.#count
    this.#count += lengths[byte]!
    this.#runBits += lengths[byte]!
    if (this.#count >= 16) {
      this.words[this.#end++] = this.#hold & 0xffff
      this.#hold >>>= 16
      this.#count -= 16
    }
    if (this.#runBits > MAX_RUN_BITS) this.#endRun()
  }

  #endRun(): void {
    if (this.#runStart < 0) return
    if (this.#count > 0) this.words[this.#end++] = this.#hold & 0xffff
    this.words[this.#runStart] = this.#runBits
    this.#runStart = -1
    this.#hold = 0
    this.#count = 0
  }

  #room(needed: number): void {
    if (this.#end + needed <= this.words.length) return
    if (this.words.length >= MAX_WORDS) {
      this.#offsets.fill(0)
      this.#end = 1
      return
    }
    const larger = new Uint16Array(2 * this.words.length)
    larger.set(this.words)
    this.words = larger
  }
}

function matchLength(text: Buffer, from: number, at: number, fromEnd: number, end: number): number {
  const most = Math.min(MAX_MATCH, end - at, fromEnd > at ? MAX_MATCH : fromEnd - from)
  let length = 0
  while (length < most && text[from + length] === text[at + length]) length += 1
  return length
}

function insert(text: Buffer, heads: Int16Array, at: number, end: number): void {
  if (at + 4 <= end) heads[hashAt(text, at)] = at
}

function hashAt(text: Buffer, at: number): number {
  const word = text[at]! | (text[at + 1]! << 8) | (text[at + 2]! << 16) | (text[at + 3]! << 24)
  return Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS)
}
