/** Where a node begins: an index in the source of its tree, in UTF-16 units. */
interface Positioned {
  readonly pos: number
}

export interface ListNode extends Positioned {
  readonly kind: 'list'
  readonly nodes: readonly Statement[]
}

interface TextNode extends Positioned {
  readonly kind: 'text'
  readonly text: string
}

/** A pipeline whose value is written, unless it declares or assigns variables. */
export interface ActionNode extends Positioned {
  readonly kind: 'action'
  readonly pipe: PipeNode
}

export interface BranchNode extends Positioned {
  readonly kind: 'if' | 'range' | 'with'
  readonly pipe: PipeNode
  readonly list: ListNode
  /** `else if` and `else with` are a list of one branch. */
  readonly elseList?: ListNode
}

export interface JumpNode extends Positioned {
  readonly kind: 'break' | 'continue'
}

export interface TemplateNode extends Positioned {
  readonly kind: 'template'
  readonly name: string
  readonly pipe?: PipeNode
}

/** What stands in a list. */
export type Statement = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode

export interface PipeNode extends Positioned {
  readonly kind: 'pipe'
  /** The variables that take the value are declared already (`=`), not declared here (`:=`). */
  readonly isAssign: boolean
  readonly variables: readonly VariableNode[]
  readonly commands: readonly CommandNode[]
}

export interface CommandNode extends Positioned {
  readonly kind: 'command'
  /** At least one. */
  readonly operands: readonly Operand[]
}

export interface FieldNode extends Positioned {
  readonly kind: 'field'
  /** `['A', 'B']` for `.A.B`. */
  readonly names: readonly string[]
}

export interface VariableNode extends Positioned {
  readonly kind: 'variable'
  /** With the dollar. */
  readonly name: string
  /** `['A', 'B']` for `$x.A.B`. */
  readonly fields: readonly string[]
}

/** Fields of what is neither a field nor a variable, such as a pipeline in parentheses. */
export interface ChainNode extends Positioned {
  readonly kind: 'chain'
  readonly of: Operand
  readonly names: readonly string[]
}

/** The name of a function. */
export interface IdentifierNode extends Positioned {
  readonly kind: 'identifier'
  readonly name: string
}

export interface BoolNode extends Positioned {
  readonly kind: 'bool'
  readonly value: boolean
}

/** An untyped constant: it becomes what its place asks for, if it has a value of that type. */
export interface NumberNode extends Positioned {
  readonly kind: 'number'
  readonly text: string
  /** As a signed integer of 64 bits. */
  readonly int?: bigint
  /** As an unsigned integer of 64 bits. */
  readonly uint?: bigint
  readonly float?: number
}

export interface StringNode extends Positioned {
  readonly kind: 'string'
  /** With its quotes. */
  readonly quoted: string
  readonly text: string
}

interface DotNode extends Positioned {
  readonly kind: 'dot'
}

export interface NilNode extends Positioned {
  readonly kind: 'nil'
}

export type Operand =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | BoolNode
  | NumberNode
  | StringNode
  | DotNode
  | NilNode
  | PipeNode

export type Node = ListNode | Statement | CommandNode | Operand

/** A template by its name. */
export interface Tree {
  readonly name: string
  /** The name of the text that it was defined in, which error messages give. */
  readonly sourceName: string
  readonly source: string
  readonly root: ListNode
}
