import type { BoolNode, NilNode, NumberNode, Operand, StringNode } from '../parse/node.ts'
import { printNode } from '../parse/print.ts'
import { GoInteger, GoPointer, type GoType, INT, isAssignable, REFLECTED, typeOf, type Value } from '../value/value.ts'
import type { Run } from './run.ts'

/** Evaluates an operand as what a parameter asks for. */
export type Argument = (run: Run, dot: Value, type: GoType) => Value

export type Literal = BoolNode | NumberNode | StringNode | NilNode

export function isLiteral(operand: Operand): operand is Literal {
  return operand.kind === 'bool' || operand.kind === 'number' || operand.kind === 'string' || operand.kind === 'nil'
}

/** A constant becomes what its parameter asks for, if it has a value of that type. */
export function literalArgument(node: Literal): Argument {
  const ideal = node.kind === 'nil' ? undefined : idealValue(node)
  return (run, _dot, type) => {
    run.node = node
    if (node.kind === 'nil') return canBeNil(type) ? null : run.fail(`cannot assign nil to ${type.name}`)
    if (type.kind === 'interface') return ideal === undefined ? overflow(run, node) : ideal
    return typedValue(run, node, type)
  }
}

/** The value of a constant where anything will do; undefined if an int cannot hold it. */
export function idealValue(node: BoolNode | NumberNode | StringNode): Value | undefined {
  if (node.kind === 'bool') return node.value
  if (node.kind === 'string') return node.text
  const { text, float, int } = node
  const isHex = /^0x/i.test(text) && !/p/i.test(text)
  if (float !== undefined && !isHex && !text.startsWith("'") && /[.eEpP]/.test(text)) return float
  return int
}

export function overflow(run: Run, node: Operand): never {
  return run.fail(`${printNode(node)} overflows int`)
}

function typedValue(run: Run, node: BoolNode | NumberNode | StringNode, type: GoType): Value {
  const expected = (what: string) => run.fail(`expected ${what}; found ${printNode(node)}`)
  const number: Partial<NumberNode> = node.kind === 'number' ? node : {}
  switch (type.kind) {
    case 'bool':
      return node.kind === 'bool' ? node.value : expected('bool')
    case 'string':
      return node.kind === 'string' ? node.text : expected('string')
    case 'float':
      return number.float ?? expected('float')
    case 'int':
      if (number.int === undefined) return expected('integer')
      return type === INT ? number.int : new GoInteger(type, number.int)
    case 'uint':
      return number.uint === undefined ? expected('unsigned integer') : new GoInteger(type, number.uint)
    default:
      return run.fail(`can't handle ${printNode(node)} for arg of type ${type.name}`)
  }
}

const CAN_BE_NIL: ReadonlySet<GoType['kind']> = new Set(['interface', 'map', 'pointer', 'slice', 'func'] as const)

export function canBeNil(type: GoType): boolean {
  return CAN_BE_NIL.has(type.kind)
}

/** Checks that a value may be given for a parameter. */
export function checkType(run: Run, value: Value, type: GoType): Value {
  if (type === REFLECTED) return value
  const actual = typeOf(value)
  if (actual === undefined) return canBeNil(type) ? null : run.fail(`invalid value; expected ${type.name}`)
  if (isAssignable(actual, type)) return value
  if (value instanceof GoPointer && isAssignable(value.target.type, type)) return value.target
  return run.fail(`wrong type for value; expected ${type.name}; got ${actual.name}`)
}
