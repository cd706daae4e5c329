import type { Budget } from '../exec/budget.ts'
import type { Limits } from '../exec/run.ts'
import type { Functions } from '../exec/template-function.ts'
import { TemplateError } from '../template-error.ts'
import { TemplateSet } from '../template-set.ts'
import type { Value } from '../value/value.ts'
import { escapeTemplates } from './escape-templates.ts'
import { createEscapers } from './functions.ts'

export interface HtmlTemplatesOptions {
  /** The templates that a text can call, as text templates. */
  readonly set: TemplateSet
  readonly limits?: Limits
}

/** Texts whose escaped form is kept. A configuration has a handful. */
const MAX_TEXTS = 200

/** Executes texts as Go's html/template does, over the same templates as text/template. */
export class HtmlTemplates {
  readonly #set: TemplateSet
  readonly #options: { readonly functions: Functions; readonly limits?: Limits }
  /** What is wrong with a text is kept as well: finding it costs as much. */
  readonly #texts = new Map<string, TemplateSet | TemplateError>()

  constructor({ set, limits }: HtmlTemplatesOptions) {
    this.#set = set
    const functions = new Map([...set.functions, ...createEscapers()])
    this.#options = limits === undefined ? { functions } : { functions, limits }
  }

  /** @throws TemplateError in Go's words */
  execute(source: string, data: Value, budget?: Budget): string {
    if (source === '') return ''
    let escaped = this.#texts.get(source)
    if (escaped === undefined) {
      escaped = this.#escape(source)
      if (this.#texts.size >= MAX_TEXTS) this.#texts.clear()
      this.#texts.set(source, escaped)
    }
    if (escaped instanceof TemplateError) throw escaped
    return escaped.execute('', data, budget)
  }

  #escape(source: string): TemplateSet | TemplateError {
    try {
      const set = this.#set.withText(source)
      const trees = escapeTemplates('', (name) => set.tree(name))
      return TemplateSet.create(this.#options).with(trees.values())
    } catch (error) {
      if (error instanceof TemplateError) return error
      throw error
    }
  }
}
