import { quoteGo } from '#lib/go-quote.ts'
import { sprint } from '../format/printf.ts'
import type { Node, Tree } from '../parse/node.ts'
import { placeOf } from '../parse/place.ts'
import { printNode } from '../parse/print.ts'
import { TemplateError } from '../template-error.ts'
import { GoFunction, indirect, typeName, type Value } from '../value/value.ts'
import type { Budget } from './budget.ts'

/** How much one execution may do. What a template of good will needs is a thousandth of it. */
export interface Limits {
  /** Characters of output. */
  readonly output: number
  /** Nodes that are executed, and functions that are called. */
  readonly steps: number
  /** Characters that functions make, be they written or not. */
  readonly made: number
  /** Characters of one value that a function makes. */
  readonly value: number
  /** Templates within templates. */
  readonly depth: number
  /** Milliseconds of the processor, so that a busy machine fails nothing. */
  readonly timeMs: number
}

export const DEFAULT_LIMITS: Limits = {
  output: 16_777_216,
  steps: 10_000_000,
  made: 67_108_864,
  value: 1_048_576,
  depth: 500,
  timeMs: 3_000,
}

/** Steps between two looks at the clock: a step may copy a large text. */
const TIME_CHECK = 64

/** Characters that are worth a look at the clock. */
const LARGE = 10_000

/** As much of a node as an error shows. */
const MAX_CONTEXT = 500

/** A template that can be executed. */
export interface Body {
  readonly tree: Tree
  readonly execute: (run: Run, dot: Value) => unknown
}

export interface RunOptions {
  readonly tree: Tree
  readonly data: Value
  readonly limits: Limits
  /** What else it may not go beyond, together with others. */
  readonly budget?: Budget | undefined
  /** Finds the templates that are called. */
  readonly lookup: (name: string) => Body | undefined
}

/** The state of one execution: what was written, the variables, and where it is. */
export class Run {
  /** What is being executed; errors name it. */
  node: Node
  tree: Tree
  readonly lookup: RunOptions['lookup']
  readonly #limits: Limits
  readonly #budget: Budget | undefined
  readonly #maxSteps: number
  readonly #maxMs: number
  readonly #startedMs = performance.now()
  readonly #startedProcessorMs = processorMs()
  /** What the first template was given. */
  readonly root: Value
  #output = ''
  #steps = 0
  #made = 0
  #depth = 0
  /** Variables, the innermost last. */
  #names = ['$']
  #values: Value[]

  constructor({ tree, data, limits, budget, lookup }: RunOptions) {
    this.#budget = budget
    this.#maxSteps = Math.min(limits.steps, budget === undefined ? Infinity : budget.steps - budget.usedSteps)
    this.#maxMs = Math.min(limits.timeMs, budget === undefined ? Infinity : budget.timeMs - budget.usedMs)
    this.lookup = lookup
    this.tree = tree
    this.node = tree.root
    this.#limits = limits
    this.#values = [data]
    this.root = data
  }

  get output(): string {
    return this.#output
  }

  /** Stops the execution. */
  fail(problem: string): never {
    const { name } = this.tree
    const context = printNode(this.node)
    const shown = context.length > MAX_CONTEXT ? `${context.slice(0, MAX_CONTEXT)}...` : context
    const place = placeOf(this.tree, this.node)
    throw new TemplateError(`template: ${place}: executing ${quoteGo(name)} at <${shown}>: ${problem}`)
  }

  step(): void {
    if (++this.#steps > this.#maxSteps) {
      const most = Math.min(this.#limits.steps, this.#budget?.steps ?? Infinity)
      this.fail(`exceeded maximum number of steps (${most}${this.#shared})`)
    }
    if (this.#steps % TIME_CHECK === 0) this.checkTime()
  }

  /** Accounts for a text, part of a text, or work of that size, that a function is about to make. */
  charge(length: number): void {
    if (length > this.#limits.value) this.fail(`exceeded maximum size of a value (${this.#limits.value} characters)`)
    this.#made += length
    if (this.#made > this.#limits.made) this.fail(`exceeded maximum work (${this.#limits.made} characters)`)
  }

  /** Accounts for a text that a function has made. */
  made(text: string): void {
    this.charge(text.length)
    if (text.length > LARGE) this.checkTime()
  }

  /** Stops the execution if it has taken too long. */
  checkTime(): void {
    const timeMs = this.#maxMs
    // The cheaper clock first: no more of the processor can have been used than time has passed.
    if (performance.now() - this.#startedMs > timeMs && processorMs() - this.#startedProcessorMs > timeMs) {
      const most = Math.min(this.#limits.timeMs, this.#budget?.timeMs ?? Infinity)
      this.fail(`exceeded maximum time (${most} ms${this.#shared})`)
    }
  }

  get #shared(): string {
    return this.#budget === undefined ? '' : ' for all texts of a notification'
  }

  /** Puts down to the budget what was used of it. */
  end(): void {
    if (this.#budget === undefined) return
    this.#budget.usedSteps += this.#steps
    this.#budget.usedMs += processorMs() - this.#startedProcessorMs
  }

  /** An account for one value, which is made of pieces. */
  readonly account = (): ((length: number) => void) => {
    let total = 0
    return (length) => {
      total += length
      if (total > this.#limits.value) this.charge(total)
      this.charge(length)
    }
  }

  write(text: string): void {
    if (this.#output.length + text.length > this.#limits.output) {
      this.fail(`exceeded maximum size of the output (${this.#limits.output} characters)`)
    }
    this.#output += text
  }

  /** Writes the value of an action. */
  print(value: Value): void {
    if (typeof value === 'string') this.write(value)
    else if (value === null) this.write('<no value>')
    else if (value instanceof GoFunction) this.fail(`can't print ${printNode(this.node)} of type ${typeName(value)}`)
    else this.write(sprint([indirect(value)], { charge: this.account() }))
  }

  mark(): number {
    return this.#names.length
  }

  pop(mark: number): void {
    this.#names.length = mark
    this.#values.length = mark
  }

  push(name: string, value: Value): void {
    this.#names.push(name)
    this.#values.push(value)
  }

  variable(name: string): Value {
    return this.#values[this.#find(name)]!
  }

  assign(name: string, value: Value): void {
    this.#values[this.#find(name)] = value
  }

  /** Sets the variable that was declared last, or the one before it. */
  assignTop(fromTop: 1 | 2, value: Value): void {
    this.#values[this.#values.length - fromTop] = value
  }

  #find(name: string): number {
    const index = this.#names.lastIndexOf(name)
    return index < 0 ? this.fail(`undefined variable: ${name}`) : index
  }

  /** Executes another template, with variables of its own. */
  enter({ tree, execute }: Body, dot: Value): void {
    const { tree: outerTree, node } = this
    const names = this.#names
    const values = this.#values
    if (this.#depth >= this.#limits.depth) this.fail(`exceeded maximum template depth (${this.#limits.depth})`)
    this.#depth++
    this.tree = tree
    this.#names = ['$']
    this.#values = [dot]
    execute(this, dot)
    this.#depth--
    this.tree = outerTree
    this.node = node
    this.#names = names
    this.#values = values
  }
}

/** What this thread has used of the processor. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
