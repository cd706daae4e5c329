import { isSpace } from './shape.ts'
import { addBareWords, BAD_STRING, escapeLength, scanString, type WordHashes } from './words.ts'

/** Deeper nesting than this is refused; Elasticsearch's default for mapped fields is 20. */
const MAX_DEPTH = 64
/** More leaves than this in one document are refused. */
const MAX_LEAVES = 10_000

/** What is wrong with a JSON text, and at which byte. */
export interface JsonProblem {
  readonly at: number
  readonly message: string
}

const OBJECT = 1
const ARRAY = 2

/**
 * Finds the leaves of a JSON text and checks it: it takes what JSON.parse takes, within {@link MAX_DEPTH} and
 * {@link MAX_LEAVES}. Whether the bytes are UTF-8 is for the caller to check.
 */
export class Tokenizer {
  leafStarts = new Int32Array(64)
  leafEnds = new Int32Array(64)
  leaves = 0
  readonly #stack = new Uint8Array(MAX_DEPTH + 1)
  #depth = 0
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0

  /**
   * Reads one text; afterwards its leaves are in the fields. Strings' words are appended.
   *
   * @param end where the text ends; the byte there must be a control character
   */
  read(bytes: Buffer, start: number, end: number, words: WordHashes): JsonProblem | undefined {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#depth = 0
    this.leaves = 0
    for (;;) {
      const problem = this.#value(words)
      if (problem !== undefined) return problem
      // An opened object or array leaves #at before its first key or value.
      const next = this.#afterValue()
      if (next !== NEXT_VALUE) return next
    }
  }

  /** Reads a leaf, or opens an object or array and reads up to the first value in it. */
  #value(words: WordHashes): JsonProblem | undefined {
    for (;;) {
      this.#skipSpace()
      const byte = this.#bytes[this.#at]
      if (byte === 0x7b || byte === 0x5b) {
        if (this.#depth === MAX_DEPTH) return this.#problem(`nested deeper than ${MAX_DEPTH} levels`)
        const kind = byte === 0x7b ? OBJECT : ARRAY
        this.#stack[++this.#depth] = kind
        this.#at += 1
        this.#skipSpace()
        if (this.#bytes[this.#at] === (kind === OBJECT ? 0x7d : 0x5d)) {
          this.#at += 1
          this.#depth -= 1
          return undefined
        }
        const problem = kind === OBJECT ? this.#key() : undefined
        if (problem !== undefined) return problem
        continue
      }
      return this.#leaf(byte, words)
    }
  }

  /** Closes what ends here. Stops before the next value, at the end of the text, or at a problem. */
  #afterValue(): typeof NEXT_VALUE | JsonProblem | undefined {
    for (;;) {
      this.#skipSpace()
      if (this.#depth === 0) return this.#at === this.#end ? undefined : this.#problem('something after the value')
      const inObject = this.#stack[this.#depth] === OBJECT
      const byte = this.#bytes[this.#at]
      if (byte === 0x2c) {
        this.#at += 1
        this.#skipSpace()
        return (inObject ? this.#key() : undefined) ?? NEXT_VALUE
      }
      if (byte !== (inObject ? 0x7d : 0x5d)) return this.#problem(`expected a comma or ${inObject ? '}' : ']'}`)
      this.#at += 1
      this.#depth -= 1
    }
  }

  #key(): JsonProblem | undefined {
    if (this.#bytes[this.#at] !== 0x22) return this.#problem('expected a key in double quotes')
    const end = skipString(this.#bytes, this.#at + 1, this.#end)
    if (end === BAD_STRING) return this.#problem('a key is not a right string')
    this.#at = end + 1
    this.#skipSpace()
    if (this.#bytes[this.#at] !== 0x3a) return this.#problem('expected a colon after the key')
    this.#at += 1
    return undefined
  }

  #leaf(byte: number | undefined, words: WordHashes): JsonProblem | undefined {
    if (this.leaves === MAX_LEAVES) return this.#problem(`more than ${MAX_LEAVES} values`)
    if (this.leaves === this.leafStarts.length) this.#grow()
    const quoted = byte === 0x22
    const start = quoted ? this.#at + 1 : this.#at
    const end = quoted ? scanString(this.#bytes, start, this.#end, words) : scanBare(this.#bytes, start, this.#end)
    if (end === BAD_STRING)
      return this.#problem(quoted ? 'a string has a raw control character or a wrong escape' : 'expected a value')
    if (!quoted) addBareWords(this.#bytes, start, end, words)
    this.leafStarts[this.leaves] = start
    this.leafEnds[this.leaves] = end
    this.leaves += 1
    this.#at = quoted ? end + 1 : end
    return undefined
  }

  #skipSpace(): void {
    while (this.#at < this.#end && isSpace(this.#bytes[this.#at]!)) this.#at += 1
  }

  #grow(): void {
    for (const name of ['leafStarts', 'leafEnds'] as const) {
      const grown = new Int32Array(this[name].length * 4)
      grown.set(this[name])
      this[name] = grown
    }
  }

  #problem(message: string): JsonProblem {
    return { at: this.#at, message: this.#at >= this.#end ? `${message}, but the text ends` : message }
  }
}

const NEXT_VALUE = Symbol('next value')

/** As {@link scanString}, for strings whose words are not wanted. */
function skipString(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = bytes[at]!
    if (byte === 0x22) return at
    if (byte < 0x20) return BAD_STRING
    if (byte === 0x5c) {
      const length = escapeLength(bytes, at, end)
      if (length === 0) return BAD_STRING
      at += length
    } else {
      at += 1
    }
  }
  return BAD_STRING
}

/**
 * Finds the end of a number, `true`, `false` or `null`.
 *
 * @returns the place after it, or {@link BAD_STRING} if it is none of these
 */
export function scanBare(bytes: Buffer, start: number, end: number): number {
  const byte = bytes[start]
  if (start >= end) return BAD_STRING
  if (byte === 0x74) return scanWord(bytes, start, end, 'true')
  if (byte === 0x66) return scanWord(bytes, start, end, 'false')
  if (byte === 0x6e) return scanWord(bytes, start, end, 'null')
  let at = byte === 0x2d ? start + 1 : start
  if (bytes[at] === 0x30) at += 1
  else if (!isDigit(bytes[at])) return BAD_STRING
  else at = skipDigits(bytes, at)
  if (bytes[at] === 0x2e) {
    if (!isDigit(bytes[at + 1])) return BAD_STRING
    at = skipDigits(bytes, at + 1)
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 2 : 1
    if (!isDigit(bytes[at])) return BAD_STRING
    at = skipDigits(bytes, at)
  }
  return at
}

function scanWord(bytes: Buffer, start: number, end: number, word: string): number {
  if (start + word.length > end) return BAD_STRING
  for (let index = 1; index < word.length; index++) {
    if (bytes[start + index] !== word.charCodeAt(index)) return BAD_STRING
  }
  return start + word.length
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at += 1
  return at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}
