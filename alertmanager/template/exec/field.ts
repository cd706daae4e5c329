import type { Node } from '../parse/node.ts'
import { GoMap, GoPointer, GoStruct, indirect, type Method, typeName, typeOf, type Value } from '../value/value.ts'
import { zeroOf } from '../value/zero.ts'
import type { Argument } from './argument.ts'
import { type CallSite, callSafely, evaluateArguments, type Final, MISSING } from './call.ts'
import type { Run } from './run.ts'

/** Evaluates `.name` of a value: a method, a field of a struct, or an entry of a map. */
export interface FieldSite {
  readonly name: string
  readonly node: Node
  readonly args: readonly Argument[]
}

/** Follows names from a value; only the last one can be a method that takes arguments. */
export function evaluateChain(run: Run, dot: Value, receiver: Value, sites: readonly FieldSite[], final: Final): Value {
  let value = receiver
  const last = sites.length - 1
  for (let index = 0; index < last; index++) {
    const from = value
    value = evaluateField(run, dot, value, sites[index]!, MISSING)
    if (from instanceof GoMap && from.type.elem?.kind === 'interface') checkElement(run, value, sites[index + 1]!)
  }
  return evaluateField(run, dot, value, sites[last]!, final)
}

/** Of what comes out of a map of anything, errors name no type but that. */
function checkElement(run: Run, value: Value, { name }: FieldSite): void {
  if (value === null) run.fail(`nil pointer evaluating interface {}.${name}`)
  if (!hasField(value, name)) run.fail(`can't evaluate field ${name} in type interface {}`)
}

function hasField(value: Value, name: string): boolean {
  const target = indirect(value)
  return target instanceof GoMap || methodOf(value, target, name) !== undefined || isField(target, name)
}

function isField(target: Value, name: string): target is GoStruct {
  return target instanceof GoStruct && target.type.fields?.includes(name) === true
}

function evaluateField(run: Run, dot: Value, receiver: Value, site: FieldSite, final: Final): Value {
  if (receiver === null) return null
  const { name, node, args } = site
  const target = indirect(receiver)
  const method = methodOf(receiver, target, name)
  if (method !== undefined) {
    const call: CallSite = { name, node, args, final }
    const values = evaluateArguments(run, dot, call, method)
    return callSafely(run, call, () => method.call(target, values, run.account()))
  }
  const hasArguments = args.length > 0 || final !== MISSING
  if (target instanceof GoMap) {
    if (hasArguments) run.fail(`${name} is not a method but has arguments`)
    const value = target.entries.get(name)
    return value === undefined ? zeroOf(target.type.elem) : value
  }
  if (isField(target, name)) {
    if (hasArguments) run.fail(`${name} has arguments but cannot be invoked as function`)
    return target.fields[name] ?? null
  }
  return run.fail(`can't evaluate field ${name} in type ${typeName(receiver)}`)
}

function methodOf(receiver: Value, target: Value, name: string): Method | undefined {
  const own = typeOf(receiver)?.methods?.get(name)
  return own === undefined && receiver instanceof GoPointer ? typeOf(target)?.methods?.get(name) : own
}
