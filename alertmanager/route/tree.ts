import type { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import type { GroupBy, RouteConfig } from '../config/route.ts'

/** A node of the routing tree with all that it inherits. */
export interface Route {
  /** Unique in its tree. */
  readonly id: string
  /** The first half of group keys: the matchers on the way here. Siblings with the same matchers share it. */
  readonly key: string
  readonly matchers: readonly Matcher[]
  readonly continue: boolean
  readonly receiver: string
  readonly groupBy: GroupBy
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly routes: readonly Route[]
}

type Inherited = Pick<
  Route,
  'id' | 'key' | 'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'
>

const DEFAULTS = {
  ...{ receiver: '', groupBy: [] },
  ...{ groupWaitMs: 30_000, groupIntervalMs: 5 * 60_000, repeatIntervalMs: 4 * 3_600_000 },
}

/** The tree of a checked configuration. */
export function createRouteTree(config: RouteConfig): Route {
  return createRoute(config, { ...DEFAULTS, id: '{}', key: '{}' })
}

function createRoute(config: RouteConfig, inherited: Inherited): Route {
  const node = {
    ...inherited,
    matchers: config.matchers,
    continue: config.continue,
    receiver: config.receiver ?? inherited.receiver,
    groupBy: config.groupBy ?? inherited.groupBy,
    groupWaitMs: config.groupWaitMs ?? inherited.groupWaitMs,
    groupIntervalMs: config.groupIntervalMs ?? inherited.groupIntervalMs,
    repeatIntervalMs: config.repeatIntervalMs ?? inherited.repeatIntervalMs,
  }
  const routes = config.routes.map((child, index) => {
    const step = `/{${child.matchers.join(',')}}`
    return createRoute(child, { ...node, id: `${node.id}${step}/${index}`, key: `${node.key}${step}` })
  })
  return { ...node, routes }
}

/**
 * The nodes where an alert with these labels ends up: the deepest ones that match, the first of each level and, after
 * one with `continue`, further ones. The root takes what nobody below it takes, so there is always at least one.
 */
export function matchRoutes(root: Route, labels: LabelSet): readonly Route[] {
  const found: Route[] = []
  for (const child of root.routes) {
    if (!matchesAll(child.matchers, labels)) continue
    found.push(...matchRoutes(child, labels))
    if (!child.continue) break
  }
  return found.length > 0 ? found : [root]
}

/** The labels that name the group of an alert at a node. Labels that the alert lacks are left out. */
export function groupLabels({ groupBy }: Route, labels: LabelSet): LabelSet {
  return groupBy === 'all' ? labels : labels.filter((name) => groupBy.includes(name))
}

/** Every node, parents first. */
export function* allRoutes(root: Route): Generator<Route> {
  yield root
  for (const child of root.routes) yield* allRoutes(child)
}
