import { quoteGo } from '#lib/go-quote.ts'
import type { BranchNode, ListNode, Node, Statement, TemplateNode, Tree } from '../parse/node.ts'
import { placeOf } from '../parse/place.ts'
import { printNode } from '../parse/print.ts'
import { TemplateError } from '../template-error.ts'
import { addEscapers, predefinedEscaper } from './add-escapers.ts'
import { type Context, failed, isSame, nameIn, printContext, TEXT } from './context.ts'
import { escapersFor } from './escapers-for.ts'
import { enter, join } from './join.ts'
import { rewriteText } from './rewrite-text.ts'

/** Most bodies of templates that are looked at for one: a recursion may want another one for each context. */
const BODIES_LIMIT = 10_000
const DEPTH_LIMIT = 500
/** Most work for one, about in nanoseconds: what stands in loops within loops is looked at twice for each. */
const WORK_LIMIT = 200_000_000
const NODE_WORK = 2_000

type Lookup = (name: string) => Tree | undefined

/** The templates that a template needs, in which every action escapes what it writes, by their names. */
export type EscapedTrees = ReadonlyMap<string, Tree>

/**
 * Makes HTML templates of text templates, as Go's html/template does: what an action writes is escaped by where in the
 * document it stands. A template that is called in different contexts becomes several.
 *
 * @throws TemplateError where no escaper would be right, in Go's words
 */
export function escapeTemplates(name: string, lookup: Lookup): EscapedTrees {
  const tree = lookup(name)
  if (tree === undefined) throw new TemplateError(`html/template: ${quoteGo(name)} is undefined`)
  const pass = new Pass(lookup)
  const inferred = new Inferred()
  const end = pass.escapeBody(TEXT, name, tree, inferred)
  if (end.problem !== undefined) throw new TemplateError(describe(end.problem, name))
  if (end.state !== 'Text') {
    throw new TemplateError(describe({ description: `ends in a non-text context: ${printContext(end)}` }, name))
  }
  return inferred.trees
}

function describe({ description, place, line }: NonNullable<Context['problem']>, name: string): string {
  const where = place ?? (line === undefined ? name : `${name}:${line}`)
  return `html/template${where === '' ? '' : `:${where}`}: ${description}`
}

/** What is known of templates so far. Of an attempt that fails nothing is kept. */
class Inferred {
  /** The context behind a template. Assumed while the template is looked at. */
  readonly ends: Map<string, Context>
  readonly trees = new Map<string, Tree>()
  readonly called = new Set<string>()

  constructor(ends: ReadonlyMap<string, Context> = new Map()) {
    this.ends = new Map(ends)
  }

  take(other: Inferred): void {
    for (const [name, end] of other.ends) this.ends.set(name, end)
    for (const [name, tree] of other.trees) this.trees.set(name, tree)
    for (const name of other.called) this.called.add(name)
  }
}

/** Where a list stands. */
interface Surroundings {
  readonly tree: Tree
  readonly inferred: Inferred
  /** Where the loop around it is left or goes on before its end. */
  readonly jumps: Jump[]
}

interface Jump {
  readonly kind: 'break' | 'continue'
  readonly context: Context
  readonly place: string
}

type ActionNode = Extract<Statement, { readonly kind: 'action' }>
type Escaped<N> = readonly [end: Context, node: N]

class Pass {
  readonly #lookup: Lookup
  #bodies = 0
  #depth = 0
  #work = 0

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  /** Escapes a template from a context on, by the name that it has in that; returns the context behind it. */
  escapeBody(context: Context, name: string, tree: Tree, inferred: Inferred): Context {
    const [end, isRight] = this.#attempt(context, name, tree, inferred)
    if (isRight || end.state === 'Error') return end
    // A recursive template that ends elsewhere than it starts may still do so each time.
    const [next, isFixed] = this.#attempt(end, name, tree, inferred)
    if (isFixed) return next
    return failed(`cannot compute output context for template ${name}`, placeOf(tree, tree.root))
  }

  /** Assumes that a template ends in the context in which it starts: what it says when it calls itself. */
  #attempt(assumed: Context, name: string, tree: Tree, inferred: Inferred): readonly [end: Context, isRight: boolean] {
    if (++this.#bodies > BODIES_LIMIT || this.#depth >= DEPTH_LIMIT) {
      return [failed(`template ${name} calls too many others`), false]
    }
    inferred.ends.set(name, assumed)
    const attempt = new Inferred(inferred.ends)
    this.#depth++
    const [end, root] = this.#list(assumed, tree.root, { tree, inferred: attempt, jumps: [] })
    this.#depth--
    if (end.state === 'Error' || (attempt.called.has(name) && !isSame(assumed, end))) return [end, false]
    inferred.take(attempt)
    inferred.trees.set(name, { ...tree, name, root })
    return [end, true]
  }

  #list(start: Context, list: ListNode, around: Surroundings): Escaped<ListNode> {
    let context = start
    const nodes: Statement[] = []
    for (const statement of list.nodes) {
      const [end, node] = this.#statement(context, statement, around)
      nodes.push(node)
      context = end
      if (context.state === 'Dead') break
    }
    return [context, { ...list, nodes }]
  }

  #statement(context: Context, node: Statement, around: Surroundings): Escaped<Statement> {
    // The place of a node is looked for from the beginning of its source.
    this.#work += NODE_WORK + (node.kind === 'text' ? 10 * node.text.length : node.pos)
    if (this.#work > WORK_LIMIT) return [failed('too many loops within loops, or too long', place(node, around)), node]
    switch (node.kind) {
      case 'text': {
        const [end, text] = rewriteText(context, node.text)
        return [end, { ...node, text }]
      }
      case 'action':
        return escapeAction(context, node, around)
      case 'template':
        return this.#call(context, node, around)
      case 'break':
      case 'continue':
        around.jumps.push({ kind: node.kind, context, place: place(node, around) })
        return [{ ...TEXT, state: 'Dead' }, node]
      case 'range':
        return this.#range(context, node, around)
      case 'if':
      case 'with':
        return this.#branch(context, node, this.#list(context, node.list, around), around)
    }
  }

  #branch(context: Context, node: BranchNode, first: Escaped<ListNode>, around: Surroundings): Escaped<BranchNode> {
    const [end, list] = first
    if (node.elseList === undefined) return [join(end, context, node.kind, place(node, around)), { ...node, list }]
    const [otherEnd, elseList] = this.#list(context, node.elseList, around)
    return [join(end, otherEnd, node.kind, place(node, around)), { ...node, list, elseList }]
  }

  #range(context: Context, node: BranchNode, around: Surroundings): Escaped<BranchNode> {
    if (context.state === 'Error') return [context, node]
    const jumps: Jump[] = []
    const [listEnd, list] = this.#list(context, node.list, { ...around, jumps })
    const once = joinJumps(listEnd, jumps)
    if (once.state === 'Error') return [once, node]
    // Once more, from where the body ends: it must end there each time.
    const again: Surroundings = { ...around, inferred: new Inferred(around.inferred.ends), jumps: [] }
    const [secondEnd] = this.#list(once, node.list, again)
    const twice = join(once, secondEnd, 'range', place(node, around))
    if (twice.state === 'Error') return [prefixed(twice, 'on range loop re-entry', place(node, around)), node]
    const end = joinJumps(twice, again.jumps)
    if (end.state === 'Error') return [end, node]
    return this.#branch(context, node, [end, list], around)
  }

  #call(context: Context, node: TemplateNode, around: Surroundings): Escaped<TemplateNode> {
    const tree = this.#lookup(node.name)
    if (tree === undefined) return [failed(`no such template ${quoteGo(node.name)}`, place(node, around)), node]
    if (context.state === 'Error') return [context, node]
    const { inferred } = around
    const name = nameIn(context, node.name)
    inferred.called.add(name)
    const called = { ...node, name }
    const known = inferred.ends.get(name)
    if (known !== undefined) return [known, called]
    return [this.escapeBody(context, name, tree, inferred), called]
  }
}

function escapeAction(before: Context, node: ActionNode, around: Surroundings): Escaped<ActionNode> {
  // A declaration writes nothing.
  if (node.pipe.variables.length > 0) return [before, node]
  const context = enter(before)
  const { state, delim } = context
  const { commands } = node.pipe
  for (const [index, command] of commands.entries()) {
    const name = predefinedEscaper(command)
    const isBad = index < commands.length - 1 || (state === 'Attr' && delim === 'SpaceOrTagEnd' && name === 'html')
    if (name === undefined || !isBad) continue
    return [failed(`predefined escaper ${quoteGo(name)} disallowed in template`, place(node, around)), node]
  }
  if (state === 'Error') return [context, node]
  const escapers = escapersFor(context)
  if (escapers === undefined) {
    return [failed(`${printNode(node)} appears in an ambiguous context within a URL`, place(node, around)), node]
  }
  const end: Context = state === 'JS' ? { ...context, jsSlash: 'DivOp' } : context
  return [end, { ...node, pipe: addEscapers(node.pipe, escapers) }]
}

/** A loop may go on or end behind each jump as behind its body. */
function joinJumps(end: Context, jumps: readonly Jump[]): Context {
  let joined = end
  for (const { kind, context, place } of jumps) {
    joined = join(joined, context, 'range', place)
    if (joined.state === 'Error') return prefixed(joined, `at range loop ${kind}`, place)
  }
  return joined
}

function prefixed(context: Context, prefix: string, place: string): Context {
  const { problem } = context
  if (problem === undefined) return context
  const line = Number(/:(\d+):\d+$/.exec(place)?.[1] ?? 0)
  return { ...context, problem: { ...problem, description: `${prefix}: ${problem.description}`, line } }
}

function place(node: Node, { tree }: Surroundings): string {
  return placeOf(tree, node)
}
