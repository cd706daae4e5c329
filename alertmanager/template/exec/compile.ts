import { quoteGo } from '#lib/go-quote.ts'
import { sprint } from '../format/printf.ts'
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode, Tree } from '../parse/node.ts'
import { isTrue } from '../value/truth.ts'
import { GoInteger, GoMap, GoSlice, indirect, integerOf, type Value } from '../value/value.ts'
import { compilePipe, type Evaluate } from './pipeline.ts'
import type { Body, Run } from './run.ts'
import type { Functions } from './template-function.ts'

/** How a list goes on after one of its nodes. */
type Flow = 'on' | 'break' | 'continue'
type Execute = (run: Run, dot: Value) => Flow

/** The templates that it calls are looked up when it does. */
export function compileTree(tree: Tree, functions: Functions): Body {
  return { tree, execute: compileList(tree.root, functions) }
}

function compileList({ nodes }: ListNode, functions: Functions): Execute {
  const statements = nodes.map((node) => compileStatement(node, functions))
  return (run, dot) => {
    for (const execute of statements) {
      run.step()
      const flow = execute(run, dot)
      if (flow !== 'on') return flow
    }
    return 'on'
  }
}

function compileStatement(node: Statement, functions: Functions): Execute {
  switch (node.kind) {
    case 'text':
      return (run) => {
        run.node = node
        run.write(node.text)
        return 'on'
      }
    case 'action':
      return compileAction(node, functions)
    case 'break':
    case 'continue':
      return () => node.kind
    case 'template':
      return compileCall(node, functions)
    case 'range':
      return compileRange(node, functions)
    default:
      return compileBranch(node, functions)
  }
}

function compileAction(node: ActionNode, functions: Functions): Execute {
  const evaluate = compilePipe(node.pipe, functions)
  const isDeclaration = node.pipe.variables.length > 0
  return (run, dot) => {
    run.node = node
    const value = evaluate(run, dot)
    if (!isDeclaration) {
      run.node = node
      run.print(value)
    }
    return 'on'
  }
}

function compileBranch({ kind, pipe, list, elseList }: BranchNode, functions: Functions): Execute {
  const evaluate = compilePipe(pipe, functions)
  const whenTrue = compileList(list, functions)
  const whenFalse = elseList === undefined ? undefined : compileList(elseList, functions)
  return (run, dot) => {
    const mark = run.mark()
    const value = evaluate(run, dot)
    let flow: Flow = 'on'
    if (isTrue(value)) flow = whenTrue(run, kind === 'with' ? value : dot)
    else if (whenFalse !== undefined) flow = whenFalse(run, dot)
    run.pop(mark)
    return flow
  }
}

function compileCall(node: TemplateNode, functions: Functions): Execute {
  const evaluate: Evaluate = node.pipe === undefined ? () => null : compilePipe(node.pipe, functions)
  return (run, dot) => {
    run.node = node
    const body = run.lookup(node.name)
    if (body === undefined) return run.fail(`template ${quoteGo(node.name)} not defined`)
    run.enter(body, evaluate(run, dot))
    return 'on'
  }
}

function compileRange(node: BranchNode, functions: Functions): Execute {
  const { pipe, elseList } = node
  const evaluate = compilePipe(pipe, functions)
  const body = compileList(node.list, functions)
  const whenEmpty = elseList === undefined ? undefined : compileList(elseList, functions)
  const names = pipe.variables.map(({ name }) => name)

  const bind = (run: Run, index: Value, element: Value) => {
    const [first, second] = names
    if (first === undefined) return
    if (pipe.isAssign) {
      run.assign(first, second === undefined ? element : index)
      if (second !== undefined) run.assign(second, element)
    } else {
      run.assignTop(1, element)
      if (second !== undefined) run.assignTop(2, index)
    }
  }

  return (run, dot) => {
    const outer = run.mark()
    run.node = node
    const value = indirect(evaluate(run, dot))
    const mark = run.mark()
    let isEmpty = true
    for (const [index, element] of elementsOf(run, value, names.length)) {
      isEmpty = false
      run.step()
      bind(run, index, element)
      const flow = body(run, element)
      run.pop(mark)
      if (flow === 'break') break
    }
    const flow = isEmpty && whenEmpty !== undefined ? whenEmpty(run, dot) : 'on'
    run.pop(outer)
    return flow
  }
}

/** What a range goes over, with indexes or keys. */
function elementsOf(run: Run, value: Value, variables: number): Iterable<readonly [Value, Value]> {
  if (value === null) return []
  if (value instanceof GoSlice) return withIndexes(value.items)
  if (value instanceof GoMap) return value.entries
  const shown = () => sprint([value], { charge: run.account() })
  const count = integerOf(value)
  if (count === undefined) return run.fail(`range can't iterate over ${shown()}`)
  if (variables > 1) return run.fail(`can't use ${shown()} to iterate over more than one variable`)
  return countTo(count, value)
}

function* withIndexes(items: readonly Value[]): Generator<readonly [Value, Value]> {
  let index = 0n
  for (const item of items) yield [index++, item]
}

function* countTo(count: bigint, like: Value): Generator<readonly [Value, Value]> {
  for (let index = 0n; index < count; index++) {
    yield [null, like instanceof GoInteger ? new GoInteger(like.type, index) : index]
  }
}
