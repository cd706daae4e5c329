import { CodedError } from '#lib/errors.ts'
import { resolveField } from './fields.ts'

/** What a person asked for in the search box, as a tree. Fields are those of the documents; none means the text of the line. */
export type TextQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly TextQuery[] }
  | { readonly kind: 'not'; readonly part: TextQuery }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'compare'; readonly field: string; readonly bound: Bound; readonly value: string }
  /** `isPattern` says that `*` and `?` in the value stand for other characters; a backslash makes them plain. */
  | { readonly kind: 'value'; readonly field: string | undefined; readonly value: string; readonly isPattern: boolean }

type Bound = 'gt' | 'gte' | 'lt' | 'lte'

const MAX_LENGTH = 2_000
const MAX_DEPTH = 20
const BOUNDS: readonly (readonly [string, Bound])[] = [
  ['>=', 'gte'],
  ['<=', 'lte'],
  ['>', 'gt'],
  ['<', 'lt'],
]

/**
 * Reads the query language: words and "phrases" that must all occur, `OR`, `NOT` or `-`, parentheses, `*` and `?` in
 * words, and `field:value` with the names of fields.ts, `field:(a OR b)`, `field:>=10`, `field:*`. What looks like
 * syntax but can't be (`http://host`, `f(x)`, `12:30`) is text, so that a pasted line finds itself.
 *
 * @throws CodedError QUERY_INVALID that says where
 */
export function parseTextQuery(text: string): TextQuery {
  if (text.length > MAX_LENGTH) throw invalid(`the query has ${text.length} characters; at most ${MAX_LENGTH} are read`)
  return new Parser(text).parse()
}

function invalid(problem: string): CodedError {
  return new CodedError('QUERY_INVALID', [problem])
}

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): TextQuery {
    this.#skipSpace()
    if (this.#at === this.#text.length) return { kind: 'all' }
    return this.#or(undefined)
  }

  #or(field: string | undefined): TextQuery {
    const parts = [this.#and(field)]
    while (this.#keyword('OR')) parts.push(this.#and(field))
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  #and(field: string | undefined): TextQuery {
    const parts: TextQuery[] = []
    for (;;) {
      const after = this.#keyword('AND') ? 'AND' : ''
      if (this.#ends() || this.#peekKeyword('OR')) {
        if (after !== '') throw invalid(`a term is missing after AND at character ${this.#at}`)
        if (parts.length === 0)
          throw invalid(
            `a term is missing at character ${this.#at + 1}; put the words OR, AND and NOT in quotes to search for them`,
          )
        break
      }
      if (after !== '' && parts.length === 0) throw invalid('a term is missing before AND')
      parts.push(this.#not(field))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  #not(field: string | undefined): TextQuery {
    if (this.#keyword('NOT') || this.#negation()) {
      this.#skipSpace()
      if (this.#ends()) throw invalid(`a term is missing after NOT at character ${this.#at}`)
      return { kind: 'not', part: this.#deeper(() => this.#not(field)) }
    }
    return this.#primary(field)
  }

  /** A minus or exclamation mark right before a term; `-` alone, or before a space, is text. */
  #negation(): boolean {
    const sign = this.#text[this.#at]
    const next = this.#text[this.#at + 1]
    if ((sign !== '-' && sign !== '!') || next === undefined || !/[\p{L}\p{N}_"(*]/u.test(next)) return false
    this.#at += 1
    return true
  }

  #primary(field: string | undefined): TextQuery {
    const text = this.#text
    if (text[this.#at] === '(') return this.#group(field)
    if (field === undefined) {
      const match = /^([\w.@/-]{1,200}):(?=\S)/.exec(text.slice(this.#at, this.#at + 220))
      const named = match === null ? undefined : resolveField(match[1]!)
      if (named !== undefined) {
        this.#at += match![0].length
        return this.#fieldValue(named)
      }
    }
    return this.#value(field)
  }

  #fieldValue(field: string): TextQuery {
    if (this.#text[this.#at] === '(') return this.#group(field)
    for (const [sign, bound] of BOUNDS) {
      if (!this.#text.startsWith(sign, this.#at)) continue
      this.#at += sign.length
      const value = this.#word()
      if (value === '') throw invalid(`a value is missing after ${sign} at character ${this.#at}`)
      return { kind: 'compare', field, bound, value: withoutEscapes(value) }
    }
    return this.#value(field)
  }

  #value(field: string | undefined): TextQuery {
    if (this.#text[this.#at] === '"') {
      const value = this.#phrase()
      this.#skipSpace()
      return { kind: 'value', field, value, isPattern: false }
    }
    const word = this.#word()
    if (word === '') throw invalid(`a value is missing at character ${this.#at + 1}`)
    if (word === '*') return field === undefined ? { kind: 'all' } : { kind: 'exists', field }
    const isPattern = /(^|[^\\])(\\\\)*[*?]/.test(word)
    return { kind: 'value', field, value: isPattern ? word : withoutEscapes(word), isPattern }
  }

  #group(field: string | undefined): TextQuery {
    const start = this.#at + 1
    this.#at += 1
    this.#skipSpace()
    const inner = this.#deeper(() => this.#or(field))
    if (this.#text[this.#at] !== ')')
      throw invalid(`the parenthesis at character ${start} is not closed; put text that has one in quotes`)
    this.#at += 1
    this.#skipSpace()
    return inner
  }

  #phrase(): string {
    const start = this.#at
    let value = ''
    for (let at = start + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!
      if (character === '"') {
        this.#at = at + 1
        return value
      }
      if (character === '\\' && /["\\]/.test(this.#text[at + 1] ?? '')) value += this.#text[++at]!
      else value += character
    }
    throw invalid(`the quote at character ${start + 1} is not closed; write \\" for a quote as text`)
  }

  /** Up to white space, or the parenthesis that closes a group; parentheses inside the word belong to it. */
  #word(): string {
    const start = this.#at
    let inner = 0
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!
      if (/\s/.test(character)) break
      if (character === '\\') this.#at += 1
      else if (character === '(') inner += 1
      else if (character === ')' && inner > 0) inner -= 1
      else if (character === ')' && this.#depth > 0) break
    }
    this.#at = Math.min(this.#at, this.#text.length)
    const word = this.#text.slice(start, this.#at)
    this.#skipSpace()
    return word
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw invalid(`the query is nested more than ${MAX_DEPTH} deep`)
    const result = read()
    this.#depth -= 1
    return result
  }

  #ends(): boolean {
    return this.#at >= this.#text.length || (this.#depth > 0 && this.#text[this.#at] === ')')
  }

  #peekKeyword(keyword: string): boolean {
    if (!this.#text.startsWith(keyword, this.#at)) return false
    const next = this.#text[this.#at + keyword.length]
    return next === undefined || /[\s()]/.test(next)
  }

  #keyword(keyword: string): boolean {
    if (!this.#peekKeyword(keyword)) return false
    this.#at += keyword.length
    this.#skipSpace()
    return true
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at]!)) this.#at += 1
  }
}

/** Takes the backslashes out of a word. */
function withoutEscapes(word: string): string {
  return word.replace(/\\(.)/gs, '$1')
}
