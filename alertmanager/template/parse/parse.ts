import { quoteGo } from '#lib/go-quote.ts'
import { TemplateError } from '../template-error.ts'
import { parseString } from './literal.ts'
import type { BranchNode, JumpNode, ListNode, PipeNode, Statement, TemplateNode, Tree } from './node.ts'
import { PipelineParser } from './pipeline.ts'
import type { Token } from './token.ts'
import { TokenStream } from './token-stream.ts'

/** Far more than anyone writes by hand. */
const MAX_SOURCE_UNITS = 1_048_576
/** Actions within actions; each `else if` counts. */
const MAX_DEPTH = 250

export interface ParseOptions {
  /** Of the template that the whole text makes; error messages give it. */
  readonly name: string
  readonly source: string
  readonly isFunction: (name: string) => boolean
}

/**
 * Parses a text with all templates that it defines, in the language of Go's text/template. The last tree is that of the
 * text itself. Of two definitions of one name, one must be empty.
 *
 * @throws TemplateError worded as Go words it
 */
export function parseTemplate(options: ParseOptions): Tree[] {
  if (options.source.length > MAX_SOURCE_UNITS) {
    throw new TemplateError(`template: ${options.name}:1: more than ${MAX_SOURCE_UNITS} characters`)
  }
  return new Parser({ ...options, source: options.source.toWellFormed() }).parse()
}

/** Whether a list has nothing but space in it. */
export function isEmptyList({ nodes }: ListNode): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '')
}

/** What ends a list. */
interface End {
  readonly kind: 'end' | 'else'
}

class Parser {
  readonly #name: string
  readonly #source: string
  readonly #tokens: TokenStream
  readonly #pipelines: PipelineParser
  readonly #trees = new Map<string, Tree>()
  #ranges = 0
  #depth = 0

  constructor({ name, source, isFunction }: ParseOptions) {
    this.#name = name
    this.#source = source
    this.#tokens = new TokenStream(name, source)
    this.#pipelines = new PipelineParser({ tokens: this.#tokens, isFunction })
  }

  parse(): Tree[] {
    const tokens = this.#tokens
    const { pos } = tokens.peek()
    const nodes: Statement[] = []
    while (tokens.peek().kind !== 'end of file') {
      if (tokens.peek().kind === 'left delimiter' && this.#defines()) continue
      const node = this.#textOrAction()
      if (isEnd(node)) return tokens.fail(`unexpected {{${node.kind}}}`)
      nodes.push(node)
    }
    this.#add(this.#name, { kind: 'list', pos, nodes })
    return [...this.#trees.values()]
  }

  /** Parses a definition if there is one. */
  #defines(): boolean {
    const delimiter = this.#tokens.next()
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'define') {
      this.#definition()
      return true
    }
    this.#tokens.putBack(token)
    this.#tokens.putBack(delimiter)
    return false
  }

  #definition(): void {
    const context = 'define clause'
    const name = this.#templateName(this.#tokens.expect(['string', 'raw string'], context))
    this.#tokens.expect(['right delimiter'], context)
    this.#add(name, this.#ownList(context))
  }

  /** A list that is a template of its own. */
  #ownList(context: string): ListNode {
    const ranges = this.#ranges
    this.#ranges = 0
    const { list, end } = this.#pipelines.inOwnScope(() => this.#list())
    this.#ranges = ranges
    if (end.kind !== 'end') this.#tokens.fail(`unexpected {{${end.kind}}} in ${context}`)
    return list
  }

  #add(name: string, root: ListNode): void {
    const earlier = this.#trees.get(name)
    if (earlier !== undefined && !isEmptyList(earlier.root)) {
      if (isEmptyList(root)) return
      this.#tokens.fail(`template: multiple definition of template ${quoteGo(name)}`)
    }
    this.#trees.delete(name)
    this.#trees.set(name, { name, sourceName: this.#name, source: this.#source, root })
  }

  #list(): { readonly list: ListNode; readonly end: End } {
    const { pos } = this.#tokens.peekNonSpace()
    const nodes: Statement[] = []
    while (this.#tokens.peekNonSpace().kind !== 'end of file') {
      const node = this.#textOrAction()
      if (isEnd(node)) return { list: { kind: 'list', pos, nodes }, end: node }
      nodes.push(node)
    }
    return this.#tokens.fail('unexpected EOF')
  }

  #textOrAction(): Statement | End {
    const token = this.#tokens.nextNonSpace()
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.text }
    if (token.kind !== 'left delimiter') this.#tokens.unexpected(token, 'input')
    this.#tokens.actionLine = token.line
    const node = this.#action()
    this.#tokens.actionLine = 0
    return node
  }

  #action(): Statement | End {
    const token = this.#tokens.nextNonSpace()
    switch (token.kind) {
      case 'block':
        return this.#block()
      case 'break':
      case 'continue':
        return this.#jump(token, token.kind)
      case 'else': {
        const { kind } = this.#tokens.peekNonSpace()
        if (kind !== 'if' && kind !== 'with') this.#tokens.expect(['right delimiter'], 'else')
        return { kind: 'else' }
      }
      case 'end':
        this.#tokens.expect(['right delimiter'], 'end')
        return { kind: 'end' }
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind)
      case 'template':
        return this.#template()
    }
    this.#tokens.putBack(token)
    // Variables that it declares last until the list ends.
    return { kind: 'action', pos: token.pos, pipe: this.#pipelines.parse('command', 'right delimiter') }
  }

  #jump({ pos }: Token, kind: JumpNode['kind']): JumpNode {
    const token = this.#tokens.nextNonSpace()
    if (token.kind !== 'right delimiter') this.#tokens.unexpected(token, `{{${kind}}}`)
    if (this.#ranges === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`)
    return { kind, pos }
  }

  #branch(kind: BranchNode['kind']): BranchNode {
    if (this.#depth >= MAX_DEPTH) this.#tokens.fail('max nesting depth exceeded')
    this.#depth++
    const branch = this.#pipelines.inScope((): BranchNode => {
      const pipe = this.#pipelines.parse(kind, 'right delimiter')
      if (kind === 'range') this.#ranges++
      const { list, end } = this.#list()
      if (kind === 'range') this.#ranges--
      const branch = { kind, pos: pipe.pos, pipe, list }
      return end.kind === 'end' ? branch : { ...branch, elseList: this.#elseList(kind) }
    })
    this.#depth--
    return branch
  }

  #elseList(kind: BranchNode['kind']): ListNode {
    const next = this.#tokens.peek()
    if (kind !== 'range' && next.kind === kind) {
      this.#tokens.next()
      // The end of the inner branch is that of the outer one.
      return { kind: 'list', pos: next.pos, nodes: [this.#branch(kind)] }
    }
    const { list, end } = this.#list()
    if (end.kind !== 'end') this.#tokens.fail(`expected end; found {{${end.kind}}}`)
    return list
  }

  #block(): TemplateNode {
    const context = 'block clause'
    const token = this.#tokens.nextNonSpace()
    const name = this.#templateName(token, context)
    const pipe = this.#pipelines.parse(context, 'right delimiter')
    this.#add(name, this.#ownList(context))
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #template(): TemplateNode {
    const context = 'template clause'
    const token = this.#tokens.nextNonSpace()
    const name = this.#templateName(token, context)
    const next = this.#tokens.nextNonSpace()
    if (next.kind === 'right delimiter') return { kind: 'template', pos: token.pos, name }
    this.#tokens.putBack(next)
    const pipe: PipeNode = this.#pipelines.parse(context, 'right delimiter')
    return { kind: 'template', pos: token.pos, name, pipe }
  }

  #templateName(token: Token, context = ''): string {
    if (token.kind !== 'string' && token.kind !== 'raw string') this.#tokens.unexpected(token, context)
    return this.#pipelines.sound(parseString(token.text))
  }
}

function isEnd(node: Statement | End): node is End {
  return node.kind === 'end' || node.kind === 'else'
}
