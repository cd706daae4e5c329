import { TemplateError } from '../template-error.ts'
import { Lexer } from './lexer.ts'
import { describeToken, type Token, type TokenKind } from './token.ts'

/** The tokens of a template with as much look-ahead as the grammar needs, and the errors that are about them. */
export class TokenStream {
  readonly #lexer: Lexer
  readonly #sourceName: string
  /** Tokens that were put back, the next one last. */
  readonly #waiting: Token[] = []
  /** The last token that was cut, wherever the parser is: its line is the one that errors give, as upstream. */
  #latest: Token
  /** The line on which the action begins that is being parsed, or 0. */
  actionLine = 0

  constructor(sourceName: string, source: string) {
    this.#lexer = new Lexer(source)
    this.#sourceName = sourceName
    this.#latest = { kind: 'end of file', pos: 0, text: '', line: 0 }
  }

  next(): Token {
    const waiting = this.#waiting.pop()
    if (waiting !== undefined) return waiting
    this.#latest = this.#lexer.next()
    return this.#latest
  }

  nextNonSpace(): Token {
    let token = this.next()
    while (token.kind === 'space') token = this.next()
    return token
  }

  peek(): Token {
    const token = this.next()
    this.putBack(token)
    return token
  }

  /** Spaces before the token are passed over. */
  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.putBack(token)
    return token
  }

  putBack(token: Token): void {
    this.#waiting.push(token)
  }

  expect(kinds: readonly TokenKind[], context: string): Token {
    const token = this.nextNonSpace()
    return kinds.includes(token.kind) ? token : this.unexpected(token, context)
  }

  fail(problem: string): never {
    const { line, pos } = this.#latest
    throw new TemplateError(`template: ${this.#sourceName}:${line}: ${problem}`, pos)
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${describeToken(token)} in ${context}`)
    this.fail(`${token.text}${this.#whereActionStarted(token)}`)
  }

  #whereActionStarted({ line, text }: Token): string {
    if (this.actionLine === 0 || this.actionLine === line) return ''
    const where = ` started at ${this.#sourceName}:${this.actionLine}`
    return text.endsWith(' action') ? where : ` in action${where}`
  }
}
