/** A text, and what hangs below it. */
export interface TreeNode {
  readonly text: string
  readonly children: readonly TreeNode[]
}

/** Draws what hangs below a root, which is a point. */
export function drawTree(nodes: readonly TreeNode[]): string {
  return `.\n${drawLevel(nodes, '')}`
}

function drawLevel(nodes: readonly TreeNode[], indent: string): string {
  return nodes
    .map(({ text, children }, index) => {
      const isLast = index === nodes.length - 1
      const below = drawLevel(children, indent + (isLast ? '    ' : '│   '))
      return `${indent}${isLast ? '└──' : '├──'} ${text}\n${below}`
    })
    .join('')
}
