import { quoteGo } from '#lib/go-quote.ts'
import { parseCharacter, parseString } from './literal.ts'
import type { CommandNode, NumberNode, Operand, PipeNode, VariableNode } from './node.ts'
import { type Constant, parseNumber } from './number.ts'
import { printNode } from './print.ts'
import type { Token, TokenKind } from './token.ts'
import type { TokenStream } from './token-stream.ts'

/** Parentheses within parentheses. */
const MAX_DEPTH = 200

const BEGINS_OPERAND: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'character',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw string',
  'string',
  'variable',
  'left paren',
])

const NOT_EXECUTABLE: ReadonlySet<Operand['kind']> = new Set<Operand['kind']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
])

export interface PipelineParserOptions {
  readonly tokens: TokenStream
  readonly isFunction: (name: string) => boolean
}

/** Parses what stands within an action, and knows which variables are declared there. */
export class PipelineParser {
  readonly #tokens: TokenStream
  readonly #isFunction: (name: string) => boolean
  /** The variables in scope, the innermost last. */
  #variables: string[] = ['$']
  #depth = 0

  constructor({ tokens, isFunction }: PipelineParserOptions) {
    this.#tokens = tokens
    this.#isFunction = isFunction
  }

  /** Runs a part of the parser; the variables that it declares end with it. */
  inScope<T>(parse: () => T): T {
    const count = this.#variables.length
    const result = parse()
    this.#variables.length = count
    return result
  }

  /** Runs the parser of another template: of ours it sees nothing but `$`. */
  inOwnScope<T>(parse: () => T): T {
    const outside = this.#variables
    this.#variables = ['$']
    const result = parse()
    this.#variables = outside
    return result
  }

  parse(context: string, end: TokenKind): PipeNode {
    const { pos } = this.#tokens.peekNonSpace()
    const { variables, isAssign } = this.#declarations(context)
    const commands: CommandNode[] = []
    for (;;) {
      const token = this.#tokens.nextNonSpace()
      if (token.kind === end) break
      if (!BEGINS_OPERAND.has(token.kind)) this.#tokens.unexpected(token, context)
      this.#tokens.putBack(token)
      commands.push(this.#command())
    }
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`)
    // What a later command begins with must take the value of the one before it.
    const idle = commands.findIndex(({ operands }, stage) => stage > 0 && NOT_EXECUTABLE.has(operands[0]!.kind))
    if (idle > 0) this.#tokens.fail(`non executable command in pipeline stage ${idle + 1}`)
    return { kind: 'pipe', pos, isAssign, variables, commands }
  }

  #declarations(context: string): Pick<PipeNode, 'variables' | 'isAssign'> {
    const tokens = this.#tokens
    const variables: VariableNode[] = []
    for (;;) {
      const variable = tokens.peekNonSpace()
      if (variable.kind !== 'variable') return { variables, isAssign: false }
      tokens.next()
      const adjacent = tokens.peek()
      const next = tokens.peekNonSpace()
      const isComma = next.kind === 'char' && next.text === ','
      if (!isComma && next.kind !== 'assign' && next.kind !== 'declare') {
        // It is an operand. Whether a space follows it matters to what comes after.
        if (adjacent.kind === 'space') tokens.putBack(adjacent)
        tokens.putBack(variable)
        return { variables, isAssign: false }
      }
      tokens.nextNonSpace()
      variables.push({ kind: 'variable', pos: variable.pos, name: variable.text, fields: [] })
      this.#variables.push(variable.text)
      if (!isComma) return { variables, isAssign: next.kind === 'assign' }
      if (context !== 'range' || variables.length === 2) tokens.fail(`too many declarations in ${context}`)
      const after = tokens.peekNonSpace().kind
      if (after !== 'variable' && after !== 'right delimiter' && after !== 'right paren') {
        tokens.fail('range can only initialize variables')
      }
    }
  }

  /** Leaves the end of the pipeline where it is, but takes a `|`. */
  #command(): CommandNode {
    const tokens = this.#tokens
    const { pos } = tokens.peekNonSpace()
    const operands: Operand[] = []
    for (;;) {
      tokens.peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) operands.push(operand)
      const token = tokens.next()
      if (token.kind === 'space') continue
      if (token.kind === 'right delimiter' || token.kind === 'right paren') tokens.putBack(token)
      else if (token.kind !== 'pipe') tokens.unexpected(token, 'operand')
      break
    }
    if (operands.length === 0) tokens.fail('empty command')
    return { kind: 'command', pos, operands }
  }

  #operand(): Operand | undefined {
    const term = this.#term()
    const { kind, pos } = this.#tokens.peek()
    if (term === undefined || kind !== 'field') return term
    const names: string[] = []
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text.slice(1))
    switch (term.kind) {
      case 'field':
        return { kind: 'field', pos, names: [...term.names, ...names] }
      case 'variable':
        return { ...term, pos, fields: names }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#tokens.fail(`unexpected . after term ${quoteGo(printNode(term))}`)
      default:
        return { kind: 'chain', pos, of: term, names }
    }
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace()
    const { kind, pos, text } = token
    switch (kind) {
      case 'identifier':
        if (!this.#isFunction(text)) this.#tokens.fail(`function ${quoteGo(text)} not defined`)
        return { kind, pos, name: text }
      case 'dot':
      case 'nil':
        return { kind, pos }
      case 'variable':
        if (!this.#variables.includes(text)) this.#tokens.fail(`undefined variable ${quoteGo(text)}`)
        return { kind, pos, name: text, fields: [] }
      case 'field':
        return { kind, pos, names: [text.slice(1)] }
      case 'bool':
        return { kind, pos, value: text === 'true' }
      case 'character':
      case 'number':
      case 'complex':
        return this.#number(token)
      case 'left paren':
        return this.#parenthesised()
      case 'string':
      case 'raw string':
        return { kind: 'string', pos, quoted: text, text: this.sound(parseString(text)) }
    }
    this.#tokens.putBack(token)
    return undefined
  }

  #parenthesised(): PipeNode {
    if (this.#depth >= MAX_DEPTH) this.#tokens.fail('max expression depth exceeded')
    this.#depth++
    const pipe = this.parse('parenthesized pipeline', 'right paren')
    this.#depth--
    return pipe
  }

  #number({ kind, pos, text }: Token): NumberNode {
    if (kind !== 'character') return { kind: 'number', pos, text, ...this.sound(parseNumber(text)) }
    const code = this.sound(parseCharacter(text))
    return { kind: 'number', pos, text, int: code, uint: code, float: Number(code) }
  }

  /** The value of a constant. */
  sound<T>(constant: Constant<T>): T {
    return constant.ok ? constant.value : this.#tokens.fail(constant.problem)
  }
}
