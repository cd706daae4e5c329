import { quoteGo } from '#lib/go-quote.ts'
import type {
  ChainNode,
  CommandNode,
  FieldNode,
  IdentifierNode,
  Operand,
  PipeNode,
  VariableNode,
} from '../parse/node.ts'
import { printNode } from '../parse/print.ts'
import { REFLECTED, type Value } from '../value/value.ts'
import { type Argument, checkType, idealValue, isLiteral, literalArgument, overflow } from './argument.ts'
import {
  type CallSite,
  calleeName,
  callLogic,
  callSafely,
  callValue,
  evaluateArguments,
  type Final,
  MISSING,
} from './call.ts'
import { evaluateChain, type FieldSite } from './field.ts'
import type { Run } from './run.ts'
import type { Functions } from './template-function.ts'

export type Evaluate = (run: Run, dot: Value) => Value
type EvaluateCommand = (run: Run, dot: Value, final: Final) => Value

/** Makes of a pipeline what evaluates it, and declares or assigns its variables. */
export function compilePipe(pipe: PipeNode, functions: Functions): Evaluate {
  const commands = pipe.commands.map((command) => compileCommand(command, functions))
  const [only] = commands
  const names = pipe.variables.map(({ name }) => name)
  if (commands.length === 1 && only !== undefined && names.length === 0) {
    return (run, dot) => {
      run.node = pipe
      return only(run, dot, MISSING)
    }
  }
  return (run, dot) => {
    run.node = pipe
    let value: Final = MISSING
    for (const command of commands) value = command(run, dot, value)
    const result = value === MISSING ? null : value
    for (const name of names) {
      if (pipe.isAssign) run.assign(name, result)
      else run.push(name, result)
    }
    return result
  }
}

function compileCommand({ operands, ...command }: CommandNode, functions: Functions): EvaluateCommand {
  const [first, ...rest] = operands
  const args = rest.map((operand) => compileArgument(operand, functions))
  return compileOperand(first!, args, functions, { ...command, operands })
}

function compileOperand(
  operand: Operand,
  args: readonly Argument[],
  functions: Functions,
  command: CommandNode | IdentifierNode,
): EvaluateCommand {
  switch (operand.kind) {
    case 'field':
      return compileField(operand, args)
    case 'chain':
      return compileChain(operand, args, functions)
    case 'identifier':
      return compileFunction(operand, args, functions, command)
    case 'variable':
      return compileVariable(operand, args)
    case 'pipe': {
      const evaluate = compilePipe(operand, functions)
      return (run, dot, final) => {
        refuseArguments(run, operand, args, final)
        return evaluate(run, dot)
      }
    }
    default:
      return compileConstant(operand, args)
  }
}

function refuseArguments(run: Run, operand: Operand, args: readonly Argument[], final: Final): void {
  if (args.length > 0 || final !== MISSING) run.fail(`can't give argument to non-function ${printNode(operand)}`)
}

function compileConstant(
  operand: Exclude<Operand, FieldNode | ChainNode | IdentifierNode | VariableNode | PipeNode>,
  args: readonly Argument[],
): EvaluateCommand {
  const value = operand.kind === 'dot' || operand.kind === 'nil' ? undefined : idealValue(operand)
  return (run, dot, final) => {
    run.node = operand
    refuseArguments(run, operand, args, final)
    if (operand.kind === 'dot') return dot
    if (operand.kind === 'nil') return run.fail('nil is not a command')
    return value === undefined ? overflow(run, operand) : value
  }
}

function compileField(node: FieldNode, args: readonly Argument[]): EvaluateCommand {
  const sites = sitesOf(node, node.names, args)
  return (run, dot, final) => {
    run.node = node
    return evaluateChain(run, dot, dot, sites, final)
  }
}

function compileVariable(node: VariableNode, args: readonly Argument[]): EvaluateCommand {
  const { name, fields } = node
  const sites = sitesOf(node, fields, args)
  return (run, dot, final) => {
    run.node = node
    const value = run.variable(name)
    if (sites.length > 0) return evaluateChain(run, dot, value, sites, final)
    refuseArguments(run, node, args, final)
    return value
  }
}

function compileChain(node: ChainNode, args: readonly Argument[], functions: Functions): EvaluateCommand {
  const sites = sitesOf(node, node.names, args)
  const { of } = node
  const evaluate = compileArgument(of, functions)
  return (run, dot, final) => {
    run.node = node
    if (of.kind === 'nil') run.fail(`indirection through explicit nil in ${printNode(node)}`)
    return evaluateChain(run, dot, evaluate(run, dot, REFLECTED), sites, final)
  }
}

function sitesOf(
  node: FieldNode | VariableNode | ChainNode,
  names: readonly string[],
  args: readonly Argument[],
): FieldSite[] {
  const last = names.length - 1
  return names.map((name, index) => ({ name, node, args: index === last ? args : [] }))
}

function compileFunction(
  node: IdentifierNode,
  args: readonly Argument[],
  functions: Functions,
  command: CommandNode | IdentifierNode,
): EvaluateCommand {
  const { name } = node
  const target = functions.get(name)
  const site = (final: Final): CallSite => ({ name, node: command, args, final })
  if (target === undefined) return (run) => run.fail(`${quoteGo(name)} is not a defined function`)
  if (name === 'and' || name === 'or') {
    return (run, dot, final) => {
      run.node = node
      return callLogic(run, dot, site(final), REFLECTED)
    }
  }
  return (run, dot, final) => {
    run.node = node
    const call = site(final)
    const values = evaluateArguments(run, dot, call, target)
    if (name === 'call') return callSafely(run, call, () => callValue(calleeName(call), values))
    return callSafely(run, call, () => target.call(values, run))
  }
}

function compileArgument(operand: Operand, functions: Functions): Argument {
  if (isLiteral(operand)) return literalArgument(operand)
  if (operand.kind === 'dot') {
    return (run, dot, type) => {
      run.node = operand
      return checkType(run, dot, type)
    }
  }
  const node =
    operand.kind === 'identifier' ? operand : { kind: 'command' as const, pos: operand.pos, operands: [operand] }
  const evaluate = compileOperand(operand, [], functions, node)
  return (run, dot, type) => {
    run.node = operand
    return checkType(run, evaluate(run, dot, MISSING), type)
  }
}
