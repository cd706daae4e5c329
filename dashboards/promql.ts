import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** A range selector of Grafana, or a variable of the dashboard, becomes what it may be. */
const BUILT_IN: Readonly<Record<string, string>> = {
  __rate_interval: '5m',
  __range: '1h',
  __interval: '1m',
}

interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

/** A metric that an expression asks for, and with what. */
export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** Of its range (`5m`), if it has one. */
  readonly range: string | undefined
  /** The function or aggregation that it is the argument of, if any. */
  readonly function: string | undefined
}

/** An expression as Grafana would send it, every variable being what "All" stands for. */
export function expandVariables(expr: string, values: Readonly<Record<string, string>> = {}): string {
  return expr.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (_, braced?: string, bare?: string) => {
    const name = (braced ?? bare)!
    return BUILT_IN[name] ?? values[name] ?? (name === 'cluster' || name === 'node' ? '.*' : '.+')
  })
}

/** Where an expression is no PromQL, in words; undefined if it is. */
export function syntaxError(expr: string): string | undefined {
  let found: string | undefined
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found ??= `near "${expr.slice(Math.max(0, from - 20), to + 20)}"`
    },
  })
  return found
}

/** All metrics that an expression asks for, with the range as it stands there, variables not expanded. */
export function selectorsOf(expr: string): Selector[] {
  // Variables are no PromQL where a duration has to stand.
  const text = expr.replace(/\[\$(\w+)/g, (_, name: string) => `[${durationNamed(name)}`)
  const found: Selector[] = []
  parser.parse(text).iterate({
    enter: ({ name, node }) => {
      if (name !== 'VectorSelector') return
      const metric = text.slice(node.from, node.to)
      const matchers: Matcher[] = []
      node.cursor().iterate((inner) => {
        if (inner.name !== 'UnquotedLabelMatcher') return
        const parts = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(text.slice(inner.from, inner.to))
        if (parts !== null) matchers.push({ label: parts[1]!, operator: parts[2]!, value: parts[3]! })
      })
      const above = node.parent
      const matrix = above?.name === 'MatrixSelector' ? above : undefined
      const range = matrix === undefined ? undefined : /\[(.*?)[\]:]/s.exec(text.slice(matrix.from, matrix.to))?.[1]
      found.push({
        metric: /^[\w:]*/.exec(metric)![0],
        matchers,
        range: range === undefined ? undefined : (variableOf(range) ?? range),
        function: functionAbove(matrix ?? node, text),
      })
    },
  })
  return found
}

function functionAbove(node: SyntaxNode, text: string): string | undefined {
  for (let above = node.parent; above !== null; above = above.parent) {
    if (['FunctionCallBody', 'OffsetExpr', 'StepInvariantExpr', 'ParenExpr'].includes(above.name)) continue
    if (above.name !== 'FunctionCall' && above.name !== 'AggregateExpr') return undefined
    return /^\w+/.exec(text.slice(above.from, above.to))?.[0]
  }
  return undefined
}

/** A duration that nobody writes stands for a variable. */
const STANDINS = ['__rate_interval', '__range', '__interval']

function durationNamed(name: string): string {
  return `${1_000_003 + STANDINS.indexOf(name)}s`
}

function variableOf(duration: string): string | undefined {
  const name = STANDINS[Number.parseInt(duration, 10) - 1_000_003]
  return name === undefined ? undefined : `$${name}`
}
