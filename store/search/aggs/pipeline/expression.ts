import { illegalArgument } from '../../../elasticsearch-error.ts'

/** A number of a script, or true and false; NaN for what has no value. */
type Evaluate = (params: ReadonlyMap<string, number>) => number | boolean

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?[dDfFlL]?|\.\d+)|params\.([A-Za-z_]\w*)|params\[\s*['"]([^'"]*)['"]\s*\]|Math\.(\w+)|(true|false)\b|(&&|\|\||[<>=!]=?=?|[-+*/%?:(),]))/y
const MAX_LENGTH = 4096
const MAX_DEPTH = 64

/** Of `Math`: those that Java and JavaScript have in common. */
const { abs, ceil, floor, sqrt, cbrt, exp, log, log10, max, min, pow, round, sign: signum } = Math
const MATH_FUNCTIONS: Readonly<Record<string, (...numbers: number[]) => number>> = {
  ...{ abs, ceil, floor, sqrt, cbrt, exp, log, log10, max, min, pow, round, signum },
}

/** By operator: how tightly it binds, and what it makes of two numbers. */
const OPERATORS: Readonly<
  Record<string, readonly [number, (a: number | boolean, b: number | boolean) => number | boolean]>
> = {
  '||': [1, (a, b) => a === true || b === true],
  '&&': [2, (a, b) => a === true && b === true],
  '==': [3, (a, b) => a === b],
  '!=': [3, (a, b) => a !== b],
  '===': [3, (a, b) => a === b],
  '!==': [3, (a, b) => a !== b],
  '<': [4, (a, b) => a < b],
  '>': [4, (a, b) => a > b],
  '<=': [4, (a, b) => a <= b],
  '>=': [4, (a, b) => a >= b],
  '+': [5, (a, b) => Number(a) + Number(b)],
  '-': [5, (a, b) => Number(a) - Number(b)],
  '*': [6, (a, b) => Number(a) * Number(b)],
  '/': [6, (a, b) => Number(a) / Number(b)],
  '%': [6, (a, b) => Number(a) % Number(b)],
}

/**
 * Reads a script that is one expression: numbers, `params.name`, arithmetic, comparisons, `?:` and functions of `Math`.
 * Nothing of it is ever run as code. All numbers are doubles: `1/2` is a half, as it is not in Painless.
 *
 * @throws ElasticsearchError script_exception-like 400 that shows the place which is not understood
 */
export function parseExpression(source: string): Evaluate {
  if (source.length > MAX_LENGTH) throw illegalArgument(`a script has more than [${MAX_LENGTH}] characters`)
  return new ExpressionParser(source.replace(/^\s*return\s/, '').replace(/;\s*$/, '')).parse()
}

class ExpressionParser {
  readonly #source: string
  #token: RegExpExecArray | undefined
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#source = source
    this.#next()
  }

  parse(): Evaluate {
    const whole = this.#conditional()
    if (this.#token !== undefined) throw this.#unexpected()
    return whole
  }

  #next(): void {
    if (this.#source.slice(this.#at).trim() === '') {
      this.#token = undefined
      return
    }
    TOKEN.lastIndex = this.#at
    const found = TOKEN.exec(this.#source)
    if (found === null) throw this.#unexpected()
    this.#token = found
    this.#at = TOKEN.lastIndex
  }

  get #symbol(): string | undefined {
    return this.#token?.[6]
  }

  #take(symbol: string): boolean {
    if (this.#symbol !== symbol) return false
    this.#next()
    return true
  }

  #require(symbol: string): void {
    if (!this.#take(symbol)) throw this.#unexpected()
  }

  #conditional(): Evaluate {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw illegalArgument(`a script is nested deeper than [${MAX_DEPTH}] levels`)
    const condition = this.#binary(1)
    let whole = condition
    if (this.#take('?')) {
      const yes = this.#conditional()
      this.#require(':')
      const no = this.#conditional()
      whole = (params) => (condition(params) === true ? yes(params) : no(params))
    }
    this.#depth -= 1
    return whole
  }

  #binary(least: number): Evaluate {
    let left = this.#unary()
    for (;;) {
      const symbol = this.#symbol
      const operator = symbol === undefined || !Object.hasOwn(OPERATORS, symbol) ? undefined : OPERATORS[symbol]
      if (operator === undefined || operator[0] < least) return left
      this.#next()
      const [before, right] = [left, this.#binary(operator[0] + 1)]
      left = (params) => operator[1](before(params), right(params))
    }
  }

  #unary(): Evaluate {
    if (this.#take('+')) return this.#unary()
    if (this.#take('-')) {
      const value = this.#unary()
      return (params) => -Number(value(params))
    }
    if (this.#take('!')) {
      const value = this.#unary()
      return (params) => value(params) !== true
    }
    return this.#value()
  }

  #value(): Evaluate {
    const [, number, dotted, quoted, math, truth] = this.#token ?? []
    const name = dotted ?? quoted
    if (this.#take('(')) {
      const inner = this.#conditional()
      this.#require(')')
      return inner
    }
    if (number === undefined && name === undefined && math === undefined && truth === undefined)
      throw this.#unexpected()
    if (math !== undefined) return this.#call(math)
    this.#next()
    if (truth !== undefined) return () => truth === 'true'
    const constant = Number.parseFloat(number ?? '')
    return name === undefined ? () => constant : (params) => params.get(name) ?? Number.NaN
  }

  #call(name: string): Evaluate {
    const call = Object.hasOwn(MATH_FUNCTIONS, name) ? MATH_FUNCTIONS[name] : undefined
    if (call === undefined) throw this.#unexpected()
    this.#next()
    this.#require('(')
    const values = [this.#conditional()]
    while (this.#take(',')) values.push(this.#conditional())
    this.#require(')')
    return (params) => call(...values.map((value) => Number(value(params))))
  }

  #unexpected(): Error {
    const shown = this.#token?.[0]?.trim() ?? this.#source.slice(this.#at, this.#at + 20)
    return illegalArgument(
      `the script [${this.#source}] is not supported by this store at [${shown}]: it has numbers, params, arithmetic, comparisons, ?: and Math.{${Object.keys(MATH_FUNCTIONS).join(',')}}`,
    )
  }
}
