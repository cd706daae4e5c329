import { quoteGo } from '#lib/go-quote.ts'
import type { BranchNode, CommandNode, Node, Operand, PipeNode } from './node.ts'

/** A node as a template would have it; error messages name the place of an error so. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'list':
      return node.nodes.map(printNode).join('')
    case 'text':
    case 'number':
      return node.text
    case 'action':
      return `{{${printPipe(node.pipe)}}}`
    case 'if':
    case 'range':
    case 'with':
      return printBranch(node)
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'template':
      return `{{template ${quoteGo(node.name)}${node.pipe === undefined ? '' : ` ${printPipe(node.pipe)}`}}}`
    case 'pipe':
      return printPipe(node)
    case 'command':
      return printCommand(node)
    case 'field':
      return printNames(node.names)
    case 'variable':
      return `${node.name}${printNames(node.fields)}`
    case 'chain':
      return `${printArgument(node.of)}${printNames(node.names)}`
    case 'identifier':
      return node.name
    case 'bool':
      return String(node.value)
    case 'string':
      return node.quoted
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
  }
}

function printBranch({ kind, pipe, list, elseList }: BranchNode): string {
  const otherwise = elseList === undefined ? '' : `{{else}}${printNode(elseList)}`
  return `{{${kind} ${printPipe(pipe)}}}${printNode(list)}${otherwise}{{end}}`
}

function printPipe({ variables, isAssign, commands }: PipeNode): string {
  const value = commands.map(printCommand).join(' | ')
  if (variables.length === 0) return value
  return `${variables.map(printNode).join(', ')} ${isAssign ? '=' : ':='} ${value}`
}

function printCommand({ operands }: CommandNode): string {
  return operands.map(printArgument).join(' ')
}

function printArgument(operand: Operand): string {
  return operand.kind === 'pipe' ? `(${printPipe(operand)})` : printNode(operand)
}

function printNames(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('')
}
