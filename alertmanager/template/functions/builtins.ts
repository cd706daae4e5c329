import type { Run } from '../exec/run.ts'
import type { TemplateFunction } from '../exec/template-function.ts'
import { sprint, sprintf, sprintln } from '../format/printf.ts'
import { isTrue } from '../value/truth.ts'
import { ANY, GoFunction, indirect, REFLECTED, STRING, type Value } from '../value/value.ts'
import { COMPARISONS } from './comparison.ts'
import { escapeHtml, escapeJs, escapeQuery } from './escapes.ts'
import { INDEXING } from './indexing.ts'

/** The text of all arguments, as functions that escape take it. */
function textOfArguments(args: readonly Value[], run: Run): string {
  const [only = null] = args
  if (args.length === 1 && typeof only === 'string') return only
  const printable = args.map((arg) => (arg === null ? '<no value>' : arg instanceof GoFunction ? arg : indirect(arg)))
  return sprint(printable, { charge: run.account() })
}

function escaper(encode: (text: string) => string): TemplateFunction {
  return {
    parameters: [ANY],
    variadic: true,
    call: (args, run) => {
      const escaped = encode(textOfArguments(args, run))
      run.charge(escaped.length)
      return escaped
    },
  }
}

function unreachable(): never {
  throw new Error('this function is executed by name')
}

/** What Go's text/template has of itself. `and`, `or` and `call` are executed where they are called. */
export const BUILTINS: readonly (readonly [string, TemplateFunction])[] = [
  ['and', { parameters: [REFLECTED, REFLECTED], variadic: true, call: unreachable }],
  ['or', { parameters: [REFLECTED, REFLECTED], variadic: true, call: unreachable }],
  ['call', { parameters: [REFLECTED, REFLECTED], variadic: true, call: unreachable }],
  ['not', { parameters: [REFLECTED], call: ([value = null]) => !isTrue(value) }],
  ...INDEXING,
  ...COMPARISONS,
  ['print', { parameters: [ANY], variadic: true, call: (args, run) => sprint(args, { charge: run.account() }) }],
  [
    'printf',
    {
      parameters: [STRING, ANY],
      variadic: true,
      call: ([format, ...args], run) => sprintf(String(format), args, { charge: run.account() }),
    },
  ],
  ['println', { parameters: [ANY], variadic: true, call: (args, run) => sprintln(args, { charge: run.account() }) }],
  ['html', escaper(escapeHtml)],
  ['js', escaper(escapeJs)],
  ['urlquery', escaper(escapeQuery)],
]
