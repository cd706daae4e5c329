import type { Node, Tree } from './node.ts'

/** Where a node stands in its source, as Go says it: `name:line:column`, the line from one, the column from zero in bytes. */
export function placeOf({ source, sourceName }: Tree, { pos }: Node): string {
  const before = source.slice(0, pos)
  const line = before.split('\n').length
  return `${sourceName}:${line}:${Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))}`
}
