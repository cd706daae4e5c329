import { quoteGo } from '#lib/go-quote.ts'
import { isKeyword, type Token, type TokenKind } from './token.ts'

const LEFT = '{{'
const RIGHT = '}}'
const SPACES = ' \t\r\n'

const WORD = /[\p{L}\p{Nd}_]+/uy
const WORD_RUNE = /[\p{L}\p{Nd}_]/uy
const BLANK = /[ \t\r\n]*/y
const TRIMMED_RIGHT = /[ \t\r\n]-\}\}/y
const NUMBER =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y
const QUOTED = /"(?:[^\\"\n]|\\[^\n])*"/uy
const CHARACTER = /'(?:[^\\'\n]|\\[^\n])*'/uy
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/**
 * Cuts a template into tokens, one at a time, by the rules of Go's text/template. Comments and trimmed space never show.
 * After an error there is only the end of the file.
 */
export class Lexer {
  readonly #source: string
  #pos = 0
  #insideAction = false
  #parens = 0
  /** The line on which `#countedTo` lies. */
  #line = 1
  #countedTo = 0
  #failed = false

  constructor(source: string) {
    this.#source = source
  }

  next(): Token {
    if (this.#failed) return this.#token('end of file', this.#source.length)
    return this.#insideAction ? this.#action() : this.#text()
  }

  #text(): Token {
    for (;;) {
      const start = this.#pos
      const left = this.#source.indexOf(LEFT, start)
      if (left < 0) return this.#token(start < this.#source.length ? 'text' : 'end of file', this.#source.length)
      const end = this.#startsWith('-', left + 2) && this.#isSpace(left + 3) ? this.#trimmedEnd(start, left) : left
      if (end > start) {
        const text = this.#token('text', end)
        this.#pos = left
        return text
      }
      this.#pos = left
      const afterMarker = this.#startsWith('-', left + 2) && this.#isSpace(left + 3) ? left + 4 : left + 2
      if (!this.#startsWith('/*', afterMarker)) {
        const delimiter = this.#token('left delimiter', left + 2)
        this.#pos = afterMarker
        this.#insideAction = true
        this.#parens = 0
        return delimiter
      }
      const failure = this.#skipComment(afterMarker)
      if (failure !== undefined) return failure
    }
  }

  /** Goes on behind a comment; an error if it is not closed. */
  #skipComment(start: number): Token | undefined {
    this.#pos = start
    const close = this.#source.indexOf('*/', start + 2)
    if (close < 0) return this.#error('unclosed comment')
    const end = close + 2
    if (this.#matches(TRIMMED_RIGHT, end) > 0) this.#pos = this.#skipSpace(end + 4)
    else if (this.#startsWith(RIGHT, end)) this.#pos = end + 2
    else return this.#error('comment ends before closing delimiter')
    return undefined
  }

  #action(): Token {
    const pos = this.#pos
    const trims = this.#matches(TRIMMED_RIGHT, pos) > 0
    if (trims || this.#startsWith(RIGHT, pos)) {
      return this.#parens === 0 ? this.#rightDelimiter(trims) : this.#error('unclosed left paren')
    }
    const unit = this.#source[pos]
    if (unit === undefined) return this.#error('unclosed action')
    if (SPACES.includes(unit)) return this.#space()
    switch (unit) {
      case '=':
        return this.#token('assign', pos + 1)
      case ':':
        return this.#startsWith('=', pos + 1) ? this.#token('declare', pos + 2) : this.#error('expected :=')
      case '|':
        return this.#token('pipe', pos + 1)
      case '"':
        return this.#quoted(QUOTED, 'string', 'unterminated quoted string')
      case "'":
        return this.#quoted(CHARACTER, 'character', 'unterminated character constant')
      case '`':
        return this.#rawString()
      case '(':
        this.#parens++
        return this.#token('left paren', pos + 1)
      case ')':
        this.#parens--
        return this.#parens < 0 ? this.#error('unexpected right paren') : this.#token('right paren', pos + 1)
      case '$':
        return this.#named('variable', 'variable')
      case '.':
        return /^(?:\d|)$/.test(this.#source[pos + 1] ?? '') ? this.#number() : this.#named('field', 'dot')
    }
    if (/[+\-\d]/.test(unit)) return this.#number()
    const length = this.#matches(WORD, pos)
    if (length > 0) return this.#word(length)
    if (/[!-~]/.test(unit)) return this.#token('char', pos + 1)
    return this.#error(`unrecognized character in action: ${this.#describeRune(pos)}`)
  }

  #rightDelimiter(trims: boolean): Token {
    if (trims) this.#pos += 2
    const delimiter = this.#token('right delimiter', this.#pos + 2)
    if (trims) this.#pos = this.#skipSpace(this.#pos)
    this.#insideAction = false
    return delimiter
  }

  /** The last space before `-}}` belongs to the delimiter. */
  #space(): Token {
    const end = this.#skipSpace(this.#pos)
    return this.#token('space', this.#startsWith('-}}', end) ? end - 1 : end)
  }

  #quoted(pattern: RegExp, kind: TokenKind, problem: string): Token {
    const length = this.#matches(pattern, this.#pos)
    return length > 0 ? this.#token(kind, this.#pos + length) : this.#error(problem)
  }

  #rawString(): Token {
    const close = this.#source.indexOf('`', this.#pos + 1)
    return close < 0 ? this.#error('unterminated raw quoted string') : this.#token('raw string', close + 1)
  }

  /** A `$` or `.` with the name behind it, if there is one. */
  #named(kind: TokenKind, bareKind: TokenKind): Token {
    const nameAt = this.#pos + 1
    if (this.#isTerminator(nameAt)) return this.#token(bareKind, nameAt)
    const end = nameAt + this.#matches(WORD, nameAt)
    return this.#isTerminator(end) ? this.#token(kind, end) : this.#error(`bad character ${this.#describeRune(end)}`)
  }

  #word(length: number): Token {
    const end = this.#pos + length
    if (!this.#isTerminator(end)) return this.#error(`bad character ${this.#describeRune(end)}`)
    const word = this.#source.slice(this.#pos, end)
    if (isKeyword(word)) return this.#token(word, end)
    return this.#token(word === 'true' || word === 'false' ? 'bool' : 'identifier', end)
  }

  #number(): Token {
    const start = this.#pos
    let end = start + this.#matches(NUMBER, start)
    let complex = false
    let sound = this.#matches(WORD_RUNE, end) === 0
    if (sound && /[+-]/.test(this.#source[end] ?? '')) {
      complex = true
      end += this.#matches(NUMBER, end)
      sound = this.#source[end - 1] === 'i' && this.#matches(WORD_RUNE, end) === 0
    }
    if (sound) return this.#token(complex ? 'complex' : 'number', end)
    return this.#error(`bad number syntax: ${quoteGo(this.#source.slice(start, end + this.#matches(WORD_RUNE, end)))}`)
  }

  /** Whether a name may end here. */
  #isTerminator(pos: number): boolean {
    const unit = this.#source[pos]
    return unit === undefined || `${SPACES}.,|:()`.includes(unit) || this.#startsWith(RIGHT, pos)
  }

  #isSpace(pos: number): boolean {
    const unit = this.#source[pos]
    return unit !== undefined && SPACES.includes(unit)
  }

  #trimmedEnd(start: number, end: number): number {
    let trimmed = end
    while (trimmed > start && this.#isSpace(trimmed - 1)) trimmed--
    return trimmed
  }

  #skipSpace(pos: number): number {
    return pos + this.#matches(BLANK, pos)
  }

  #startsWith(text: string, pos: number): boolean {
    return this.#source.startsWith(text, pos)
  }

  #matches(pattern: RegExp, pos: number): number {
    pattern.lastIndex = pos
    return pattern.exec(this.#source)?.[0].length ?? 0
  }

  #token(kind: TokenKind, end: number): Token {
    const pos = this.#pos
    this.#pos = end
    return { kind, pos, text: this.#source.slice(pos, end), line: this.#lineAt(pos) }
  }

  #error(text: string): Token {
    this.#failed = true
    return { kind: 'error', pos: this.#pos, text, line: this.#lineAt(this.#pos) }
  }

  #lineAt(pos: number): number {
    for (;;) {
      const newline = this.#source.indexOf('\n', this.#countedTo)
      if (newline < 0 || newline >= pos) return this.#line
      this.#line++
      this.#countedTo = newline + 1
    }
  }

  #describeRune(pos: number): string {
    const code = this.#source.codePointAt(pos) ?? 0
    const rune = String.fromCodePoint(code)
    const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    return PRINTABLE.test(rune) ? `${number} '${rune}'` : number
  }
}
