import type { LabelSet } from '#lib/labels.ts'
import type { Route } from './tree.ts'

/** What a node of the tree does with an alert: who is told, who is asked further, who does not match, who is not asked. */
type RouteFate = 'tells' | 'entered' | 'refused' | 'not_tried'

/** A node of the routing tree, as an alert meets it. */
export interface RouteStep {
  /** Its matchers. */
  readonly name: string
  readonly receiver: string
  readonly continue: boolean
  readonly fate: RouteFate
  /** The first matcher that does not hold, its label, and the label's value; undefined for a label that is not there. */
  readonly failing?: string
  readonly label?: string
  readonly value?: string | undefined
  /** The sibling that took the alert and does not continue. */
  readonly after?: string
  /** Those that were asked, or would have been. */
  readonly routes: readonly RouteStep[]
}

/** The way of an alert with these labels through the whole tree, and what kept it out. */
export function explainRoute(route: Route, labels: LabelSet): RouteStep {
  let taken: Route | undefined
  const routes = route.routes.map((child): RouteStep => {
    const node = { name: nameOfRoute(child), receiver: child.receiver, continue: child.continue, routes: [] }
    if (taken !== undefined) return { ...node, fate: 'not_tried', after: nameOfRoute(taken) }
    const failing = child.matchers.find((matcher) => !matcher.matches(labels))
    if (failing !== undefined) {
      const { name: label } = failing
      return { ...node, fate: 'refused', failing: failing.toString(), label, value: labels.get(label) }
    }
    if (!child.continue) taken = child
    return explainRoute(child, labels)
  })
  const isEntered = routes.some(({ fate }) => fate === 'tells' || fate === 'entered')
  return {
    ...{ name: nameOfRoute(route), receiver: route.receiver, continue: route.continue, routes },
    fate: isEntered ? 'entered' : 'tells',
  }
}

/** The matchers of a node, as it is named in a tree. */
export function nameOfRoute({ matchers }: Route): string {
  return matchers.length === 0 ? 'default-route' : `{${matchers.join(',')}}`
}
