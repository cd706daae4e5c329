const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d

export interface ScannerLimits {
  readonly maxDepth: number
  /** Values in one text, nested ones too. */
  readonly maxValues: number
}

/**
 * Reads JSON from bytes without building anything of it: what takes part of a sender's memory must not take a hundred
 * times as much of ours. It takes what JSON.parse takes, within limits; whether the bytes are UTF-8 is for others to
 * check. Methods return false, once `problem` says what is wrong.
 */
export class JsonScanner {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  end = 0
  problem: string | undefined
  values = 0
  /** Of the string that was read last, without its quotes. */
  stringStart = 0
  stringEnd = 0
  hasEscapes = false
  readonly #limits: ScannerLimits
  /** By depth: whether it is an object. */
  readonly #isObject: Uint8Array

  constructor(limits: ScannerLimits) {
    this.#limits = limits
    this.#isObject = new Uint8Array(limits.maxDepth + 1)
  }

  /** Aims at a text. */
  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.problem = undefined
    this.values = 0
  }

  fail(problem: string): false {
    this.problem ??= this.at >= this.end ? `${problem}, but the text ends` : problem
    return false
  }

  /** The next byte that is no space, or -1 at the end. */
  peek(): number {
    const { bytes, end } = this
    let { at } = this
    while (at < end) {
      const byte = bytes[at]!
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
      at += 1
    }
    this.at = at
    return at < end ? bytes[at]! : -1
  }

  /** Reads one byte that must come next. */
  expect(byte: number): boolean {
    if (this.peek() !== byte) return this.fail(`expected ${String.fromCharCode(byte)}`)
    this.at += 1
    return true
  }

  /** Nothing but space is left. */
  atEnd(): boolean {
    return this.peek() === -1 || this.fail('something after the value')
  }

  /** Counts a value; every one must be counted once, those of {@link skipValue} are. */
  countValue(): boolean {
    this.values += 1
    return this.values <= this.#limits.maxValues || this.fail(`more than ${this.#limits.maxValues} values`)
  }

  /** Reads a string whose opening quote comes next. */
  string(): boolean {
    if (!this.expect(QUOTE)) return false
    const { bytes, end } = this
    let { at } = this
    this.stringStart = at
    this.hasEscapes = false
    while (at < end) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.stringEnd = at
        this.at = at + 1
        return true
      }
      if (byte < 0x20) break
      if (byte === BACKSLASH) {
        this.hasEscapes = true
        const length = escapeLength(bytes, at, end)
        if (length === 0) break
        at += length
      } else at += 1
    }
    this.at = at
    return this.fail('a string has a raw control character, a wrong escape or no end')
  }

  /** A key and its colon. */
  key(): boolean {
    return this.string() && this.expect(COLON)
  }

  /** Whether the string that was read last is a text, by its bytes. */
  stringIs(text: Buffer): boolean {
    return (
      this.stringEnd - this.stringStart === text.length &&
      this.bytes.compare(text, 0, text.length, this.stringStart, this.stringEnd) === 0
    )
  }

  /** The string that was read last. */
  text(): string {
    if (!this.hasEscapes) return this.bytes.toString('utf8', this.stringStart, this.stringEnd)
    return JSON.parse(this.bytes.toString('utf8', this.stringStart - 1, this.stringEnd + 1)) as string
  }

  /** A number, `true`, `false` or `null`; its bytes end at `at`. */
  bare(): boolean {
    const byte = this.peek()
    if (byte === 0x74) return this.#word('true')
    if (byte === 0x66) return this.#word('false')
    if (byte === 0x6e) return this.#word('null')
    return this.#number()
  }

  /** Reads past a value, however deep, without recursion. */
  skipValue(depth = 0): boolean {
    const isObject = this.#isObject
    const bottom = depth
    let level = depth
    for (;;) {
      const byte = this.peek()
      if (!this.countValue()) return false
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (level >= this.#limits.maxDepth) return this.fail(`nested deeper than ${this.#limits.maxDepth} levels`)
        level += 1
        isObject[level] = byte === OPEN_BRACE ? 1 : 0
        this.at += 1
        const next = this.peek()
        if (next === (byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)) {
          this.at += 1
          level -= 1
        } else {
          if (byte === OPEN_BRACE && !this.key()) return false
          continue
        }
      } else if (!(byte === QUOTE ? this.string() : this.bare())) return false
      for (;;) {
        if (level === bottom) return true
        const next = this.peek()
        if (next === COMMA) {
          this.at += 1
          if (isObject[level] === 1 && !this.key()) return false
          break
        }
        if (next !== (isObject[level] === 1 ? CLOSE_BRACE : CLOSE_BRACKET))
          return this.fail('expected a comma or an end')
        this.at += 1
        level -= 1
      }
    }
  }

  /**
   * After a value in an object or array: reads the comma before the next one, or the end.
   *
   * @returns whether another value follows; undefined if something is wrong
   */
  another(close: number): boolean | undefined {
    const byte = this.peek()
    if (byte !== COMMA && byte !== close) {
      this.fail('expected a comma or an end')
      return undefined
    }
    this.at += 1
    return byte === COMMA
  }

  #word(word: string): boolean {
    for (let index = 0; index < word.length; index++) {
      if (this.at + index >= this.end || this.bytes[this.at + index] !== word.charCodeAt(index))
        return this.fail('expected a value')
    }
    this.at += word.length
    return true
  }

  #number(): boolean {
    const { bytes, end } = this
    let at = bytes[this.at] === MINUS ? this.at + 1 : this.at
    const digits = () => {
      const start = at
      while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1
      return at > start
    }
    if (at < end && bytes[at] === 0x30) at += 1
    else if (!digits()) return this.fail('expected a value')
    if (at < end && bytes[at] === 0x2e) {
      at += 1
      if (!digits()) return this.fail('a number breaks off')
    }
    if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      at += bytes[at + 1] === 0x2b || bytes[at + 1] === MINUS ? 2 : 1
      if (!digits()) return this.fail('a number breaks off')
    }
    this.at = at
    return true
  }
}

/** Bytes of an escape, or 0 if it is wrong. */
function escapeLength(bytes: Buffer, at: number, end: number): number {
  const kind = at + 1 < end ? bytes[at + 1]! : 0
  if (kind === 0x75) {
    if (at + 6 > end) return 0
    for (let index = at + 2; index < at + 6; index++) if (!isHexDigit(bytes[index]!)) return 0
    return 6
  }
  return ESCAPES.includes(kind) ? 2 : 0
}

const ESCAPES = [0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}
