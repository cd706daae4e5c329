import type { RouteStep } from '../../../alertmanager/route/explain.ts'
import type { TreeNode } from '../format/tree-text.ts'

/** A node of the routing tree with what it does with an alert, and why. */
export function stepNode(step: RouteStep): TreeNode {
  return { text: `${step.name}  ${describeFate(step)}`, children: step.routes.map(stepNode) }
}

function describeFate({ fate, receiver, after, label, value }: RouteStep): string {
  switch (fate) {
    case 'tells':
      return `tells ${receiver}`
    case 'entered':
      return 'entered'
    case 'not_tried':
      return `not tried: ${after} does not continue`
    case 'refused':
      return `refused: ${label} ${value === undefined ? 'is not there' : `is ${JSON.stringify(value)}`}`
  }
}
