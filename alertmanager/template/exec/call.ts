import type { Node } from '../parse/node.ts'
import { printNode } from '../parse/print.ts'
import { isTrue } from '../value/truth.ts'
import {
  GoFunction,
  GoInteger,
  type GoType,
  INT,
  integerOf,
  isAssignable,
  type Signature,
  textOf,
  typeName,
  typeOf,
  type Value,
} from '../value/value.ts'
import { type Argument, canBeNil, checkType } from './argument.ts'
import type { Run } from './run.ts'
import { CallError } from './template-function.ts'

/** There is no value from the command before. */
export const MISSING: unique symbol = Symbol('missing')
export type Final = Value | typeof MISSING

export interface CallSite {
  readonly name: string
  /** What an error of the function itself is about. */
  readonly node: Node
  readonly args: readonly Argument[]
  readonly final: Final
}

/** Evaluates the arguments, the value of the command before being the last one. */
export function evaluateArguments(run: Run, dot: Value, site: CallSite, signature: Signature): Value[] {
  run.step()
  const { args, final, name } = site
  const { parameters, variadic } = signature
  const count = args.length + (final === MISSING ? 0 : 1)
  if (variadic) {
    const fixed = parameters.length - 1
    if (count < fixed) run.fail(`wrong number of args for ${name}: want at least ${fixed} got ${args.length}`)
  } else if (count !== parameters.length) {
    run.fail(`wrong number of args for ${name}: want ${parameters.length} got ${count}`)
  }
  const last = parameters.length - 1
  const values: Value[] = []
  for (let index = 0; index < args.length; index++) {
    values.push(args[index]!(run, dot, parameters[Math.min(index, last)]!))
  }
  if (final !== MISSING) values.push(checkType(run, final, parameters[Math.min(args.length, last)]!))
  return values
}

/** Calls, and says of the function's own errors whose they are. */
export function callSafely(run: Run, { name, node }: CallSite, call: () => Value): Value {
  try {
    const value = call()
    const text = textOf(value)
    if (text !== undefined) run.made(text)
    return value
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    run.node = node
    return run.fail(`error calling ${name}: ${error.message}`)
  }
}

/** `and` and `or`: the first argument that decides, else the last one. What comes after it is not evaluated. */
export function callLogic(run: Run, dot: Value, site: CallSite, parameter: GoType): Value {
  const { args, final, name } = site
  if (args.length === 0 && final === MISSING) run.fail(`wrong number of args for ${name}: want at least 1 got 0`)
  let value: Value = null
  for (const arg of args) {
    value = arg(run, dot, parameter)
    if (isTrue(value) === (name === 'or')) return value
  }
  return final === MISSING ? value : final
}

/** `call`: calls a function that is a value. */
export function callValue(name: string, [callee = null, ...args]: readonly Value[]): Value {
  if (callee === null) throw new CallError('call of nil')
  if (!(callee instanceof GoFunction)) throw new CallError(`non-function ${name} of type ${typeName(callee)}`)
  const { parameters, variadic } = callee
  const fixed = variadic ? parameters.length - 1 : parameters.length
  if (variadic ? args.length < fixed : args.length !== fixed) {
    const want = variadic ? `at least ${fixed}` : fixed
    throw new CallError(`wrong number of args for ${name}: got ${args.length} want ${want}`)
  }
  const last = parameters.length - 1
  return callee.call(args.map((arg, index) => convertArgument(arg, index, parameters[Math.min(index, last)]!)))
}

function convertArgument(value: Value, index: number, type: GoType): Value {
  const actual = typeOf(value)
  if (actual === undefined) {
    if (canBeNil(type)) return null
    throw new CallError(`arg ${index}: value is nil; should be of type ${type.name}`)
  }
  if (isAssignable(actual, type)) return value
  const integer = integerOf(value)
  if (integer === undefined || (type.kind !== 'int' && type.kind !== 'uint')) {
    throw new CallError(`arg ${index}: value has type ${actual.name}; should be ${type.name}`)
  }
  return type === INT ? integer : new GoInteger(type, integer)
}

/** What `call` calls its callee in errors. */
export function calleeName({ node, final }: CallSite): string {
  if (node.kind === 'command' && node.operands.length > 1) return printNode(node.operands[1]!)
  if (final === MISSING) return ''
  return textOf(final) ?? `<${typeName(final)} Value>`
}
