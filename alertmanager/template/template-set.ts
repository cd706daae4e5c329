import { quoteGo } from '#lib/go-quote.ts'
import type { Budget } from './exec/budget.ts'
import { compileTree } from './exec/compile.ts'
import { type Body, DEFAULT_LIMITS, type Limits, Run } from './exec/run.ts'
import type { Functions } from './exec/template-function.ts'
import type { Tree } from './parse/node.ts'
import { isEmptyList, parseTemplate } from './parse/parse.ts'
import { TemplateError } from './template-error.ts'
import type { Value } from './value/value.ts'

export interface TemplateSetOptions {
  readonly functions: Functions
  readonly limits?: Limits
}

/** Texts whose parsed form is kept. A configuration has some dozens. */
const MAX_TEXTS = 1_000

/** Templates that can call each other by name. A set never changes: adding templates makes a new one. */
export class TemplateSet {
  readonly #functions: Functions
  readonly #limits: Limits
  readonly #trees: ReadonlyMap<string, Tree>
  /** Compiled trees; sets that come of one another share them. */
  readonly #bodies: WeakMap<Tree, Body>
  readonly #texts = new Map<string, TemplateSet>()

  private constructor(base: TemplateSetOptions, trees: ReadonlyMap<string, Tree>, bodies: WeakMap<Tree, Body>) {
    this.#functions = base.functions
    this.#limits = base.limits ?? DEFAULT_LIMITS
    this.#trees = trees
    this.#bodies = bodies
  }

  static create(options: TemplateSetOptions): TemplateSet {
    return new TemplateSet(options, new Map(), new WeakMap())
  }

  get functions(): Functions {
    return this.#functions
  }

  tree(name: string): Tree | undefined {
    return this.#trees.get(name)
  }

  /** The set with these trees. They take the place of those with their names, but for empty ones. */
  with(trees: Iterable<Tree>): TemplateSet {
    const all = new Map(this.#trees)
    for (const tree of trees) {
      if (!all.has(tree.name) || !isEmptyList(tree.root)) all.set(tree.name, tree)
    }
    return new TemplateSet({ functions: this.#functions, limits: this.#limits }, all, this.#bodies)
  }

  /** The same templates, with other limits on their execution. */
  limitedTo(limits: Limits): TemplateSet {
    return new TemplateSet({ functions: this.#functions, limits }, this.#trees, this.#bodies)
  }

  /** The set with the templates of a text, which itself has the empty name. It is parsed once. */
  withText(source: string): TemplateSet {
    const known = this.#texts.get(source)
    if (known !== undefined) return known
    const set = parseTemplates('', source, this)
    if (this.#texts.size >= MAX_TEXTS) this.#texts.clear()
    this.#texts.set(source, set)
    return set
  }

  /** @throws TemplateError, also where a limit is exceeded, or the budget used up */
  execute(name: string, data: Value, budget?: Budget): string {
    const body = this.#body(name)
    if (body === undefined) throw new TemplateError(`template: no template ${quoteGo(name)}`)
    const lookup = (called: string) => this.#body(called)
    const run = new Run({ tree: body.tree, data, limits: this.#limits, budget, lookup })
    try {
      body.execute(run, data)
    } catch (error) {
      // Depth is limited, but not how much of the stack was in use before.
      if (error instanceof RangeError) run.fail(`exceeded maximum depth: ${error.message}`)
      throw error
    } finally {
      run.end()
    }
    return run.output
  }

  #body(name: string): Body | undefined {
    const tree = this.#trees.get(name)
    if (tree === undefined) return undefined
    let body = this.#bodies.get(tree)
    if (body === undefined) {
      body = compileTree(tree, this.#functions)
      this.#bodies.set(tree, body)
    }
    return body
  }
}

/**
 * The set with what a text defines; the text itself is the template `name`.
 *
 * @throws TemplateError worded as Go words it
 */
export function parseTemplates(name: string, source: string, set: TemplateSet): TemplateSet {
  return set.with(parseTemplate({ name, source, isFunction: (called) => set.functions.has(called) }))
}

/** The text that a template makes of the data. An empty text is not even parsed. */
export function executeText(set: TemplateSet, source: string, data: Value, budget?: Budget): string {
  return source === '' ? '' : set.withText(source).execute('', data, budget)
}
