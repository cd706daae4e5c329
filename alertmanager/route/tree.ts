import type { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import type { GroupBy } from '../config/group-by.ts'
import type { RouteConfig } from '../config/route.ts'

/** A node of the routing tree with all that it inherits. */
export interface Route {
  /**
   * The key with the receiver before it. Unique in its tree: the second route with the same of both has `#2` behind it.
   * Other routes that come or go do not change it.
   */
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
  /** Names of the time intervals in which nothing is told. */
  readonly muteTimeIntervals: readonly string[]
  /** Names of the time intervals outside of which nothing is told; none for always. */
  readonly activeTimeIntervals: readonly string[]
  /** Templates by the names of labels that notifications get. */
  readonly labels: Readonly<Record<string, string>>
  readonly routes: readonly Route[]
}

type Inherited = Pick<
  Route,
  'id' | 'key' | 'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs' | 'labels'
>

const DEFAULTS = {
  ...{ receiver: '', groupBy: [], labels: {} },
  ...{ groupWaitMs: 30_000, groupIntervalMs: 5 * 60_000, repeatIntervalMs: 4 * 3_600_000 },
}

/** The tree of a checked configuration. */
export function createRouteTree(config: RouteConfig): Route {
  const key = '{}'
  return createRoute(config, { ...DEFAULTS, id: routeId(key, config.receiver ?? ''), key }, new Map())
}

/** What the first route with this key and this receiver is known by. */
export function routeId(key: string, receiver: string): string {
  return `${receiver}: ${key}`
}

/** @param seen how many nodes there were of each key and receiver, so far */
function createRoute(config: RouteConfig, inherited: Inherited, seen: Map<string, number>): Route {
  const node = {
    ...inherited,
    matchers: config.matchers,
    continue: config.continue,
    receiver: config.receiver ?? inherited.receiver,
    groupBy: config.groupBy ?? inherited.groupBy,
    groupWaitMs: config.groupWaitMs ?? inherited.groupWaitMs,
    groupIntervalMs: config.groupIntervalMs ?? inherited.groupIntervalMs,
    repeatIntervalMs: config.repeatIntervalMs ?? inherited.repeatIntervalMs,
    muteTimeIntervals: config.muteTimeIntervals,
    activeTimeIntervals: config.activeTimeIntervals,
    labels: { ...inherited.labels, ...config.labels },
  }
  const routes = config.routes.map((child) => {
    const key = `${node.key}/{${child.matchers.join(',')}}`
    const id = routeId(key, child.receiver ?? node.receiver)
    const nth = (seen.get(id) ?? 0) + 1
    seen.set(id, nth)
    return createRoute(child, { ...node, id: nth === 1 ? id : `${id}#${nth}`, key }, seen)
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

/** The nodes from the root to this one, both included; empty if it is none of this tree. */
export function pathTo(root: Route, node: Route): readonly Route[] {
  if (root === node) return [root]
  for (const child of root.routes) {
    const below = pathTo(child, node)
    if (below.length > 0) return [root, ...below]
  }
  return []
}

/** Every node, parents first. */
export function* allRoutes(root: Route): Generator<Route> {
  yield root
  for (const child of root.routes) yield* allRoutes(child)
}
