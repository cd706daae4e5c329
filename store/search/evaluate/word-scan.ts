import type { ColumnText } from '../../block/column.ts'
import { decodeString, wordsOf } from '../../json/words.ts'

/** Bytes that are letters, digits or the underscore, which continue a word. */
const IN_WORD = new Uint8Array(256)
for (let byte = 0; byte < 128; byte++) if (/[0-9A-Za-z_]/.test(String.fromCharCode(byte))) IN_WORD[byte] = 1

const BACKSLASH = 0x5c
const KELVIN = Buffer.from('\u212a')
const ESCAPE = Buffer.from('\\u')
/** Of ASCII from 0 to z, or of the sign for Kelvin. */
const ESCAPED_WORD = /^(?:00[3-7]|212)/

/** Finds words in the values of a text column, all values at once, without decoding them. One at a time: they share memory. */
export class WordScan {
  readonly #text: ColumnText
  readonly #count: number
  readonly #lower: Buffer
  #unusual: readonly number[] | undefined

  constructor(text: ColumnText, count: number) {
    this.#text = text
    this.#count = count
    this.#lower = lowerCased(text.bytes)
  }

  /** Sets to one the values that have the word, which is lower-cased. */
  mark(word: string, values: Uint8Array): void {
    if (!/^[0-9a-z_]+$/.test(word)) {
      this.#markForeign(word, values)
      return
    }
    const { starts } = this.#text
    const lower = this.#lower
    const bytes = Buffer.from(word)
    let value = 0
    for (let at = lower.indexOf(bytes); at >= 0; at = lower.indexOf(bytes, at)) {
      while (starts[value + 1]! <= at) value += 1
      const found = values[value] === 1 || this.#isWord(at, at + word.length, value, word)
      if (found) {
        values[value] = 1
        at = starts[value + 1]!
      } else {
        at += 1
      }
    }
    for (const other of this.#unusualValues()) if (values[other] === 0 && this.#hasWord(other, word)) values[other] = 1
  }

  /** Sets to one at least those values of which a word has this lower-cased ASCII text in it. */
  markContaining(literal: string, values: Uint8Array): void {
    const { starts } = this.#text
    const bytes = Buffer.from(literal)
    let value = 0
    for (let at = this.#lower.indexOf(bytes); at >= 0; at = this.#lower.indexOf(bytes, starts[value + 1])) {
      while (starts[value + 1]! <= at) value += 1
      values[value] = 1
    }
    for (const other of this.#unusualValues()) values[other] = 1
  }

  #isWord(start: number, end: number, value: number, word: string): boolean {
    const lower = this.#lower
    const after = lower[end]!
    if (IN_WORD[after] === 1) return false
    const before = start === this.#text.starts[value]! ? 0x0a : lower[start - 1]!
    if (before >= 0x80 || before === BACKSLASH || after >= 0x80 || after === BACKSLASH)
      return this.#hasWord(value, word)
    if (IN_WORD[before] === 0) return true
    // Perhaps the character before is the end of an escape: `\n` or `\u001b`.
    return (lower[start - 2] === BACKSLASH || lower[start - 6] === BACKSLASH) && this.#hasWord(value, word)
  }

  #hasWord(value: number, word: string): boolean {
    const { bytes, starts } = this.#text
    return wordsOf(decodeString(bytes, starts[value]!, starts[value + 1]! - 1)).includes(word)
  }

  #markForeign(word: string, values: Uint8Array): void {
    for (let value = 0; value < this.#count; value++) {
      if (values[value] === 0 && this.#hasWord(value, word)) values[value] = 1
    }
  }

  /** Values in which an ASCII word may stand in other bytes than its own: escaped letters, and the sign for Kelvin, a k. */
  #unusualValues(): readonly number[] {
    if (this.#unusual !== undefined) return this.#unusual
    const { bytes, starts } = this.#text
    const found = new Set<number>()
    let value = 0
    for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 2)) {
      if (!ESCAPED_WORD.test(bytes.toString('latin1', at + 2, at + 6))) continue
      while (starts[value + 1]! <= at) value += 1
      found.add(value)
    }
    value = 0
    for (let at = bytes.indexOf(KELVIN); at >= 0; at = bytes.indexOf(KELVIN, at + 1)) {
      while (starts[value + 1]! <= at) value += 1
      found.add(value)
    }
    this.#unusual = [...found]
    return this.#unusual
  }
}

/** Memory for the lower-cased bytes of one column, used again for the next. */
let scratch: Buffer = Buffer.alloc(0)
const MAX_KEPT_BYTES = 16 * 1024 ** 2

function scratchOf(length: number): Buffer {
  if (length > MAX_KEPT_BYTES) return Buffer.allocUnsafeSlow(length)
  if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(Math.min(MAX_KEPT_BYTES, length * 2))
  return scratch.subarray(0, length)
}

/** ASCII letters in lower case, four bytes at a time. */
function lowerCased(bytes: Buffer): Buffer {
  const lower = scratchOf(bytes.length)
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const to = new DataView(lower.buffer, lower.byteOffset, bytes.length)
  let at = 0
  for (const whole = bytes.length - 3; at < whole; at += 4) {
    const four = from.getInt32(at, true)
    const low = four & 0x7f7f7f7f
    const upper = ~four & ((low + 0x3f3f3f3f) ^ (low + 0x25252525)) & 0x80808080
    to.setInt32(at, four | (upper >>> 2), true)
  }
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!
    lower[at] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
  return lower
}
