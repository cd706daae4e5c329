import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import {
  boolean,
  duration,
  type JsonSchema,
  list,
  mapping,
  optional,
  type Schema,
  section,
  text,
} from '#lib/config/schema.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import type { Matcher } from '#lib/matchers.ts'
import { type GroupBy, readGroupBy } from './group-by.ts'
import { isLabelName } from './label-names.ts'
import { orderLabels } from './label-order.ts'
import { readMatchers } from './matchers.ts'
import { checkReference } from './references.ts'

/** A node of the routing tree as written. What is left out is inherited from the parent. */
export interface RouteOptions {
  readonly receiver?: string
  readonly group_by?: readonly string[]
  readonly group_wait?: number
  readonly group_interval?: number
  readonly repeat_interval?: number
  readonly matchers?: readonly string[]
  readonly match?: Readonly<Record<string, string>>
  readonly match_re?: Readonly<Record<string, string>>
  readonly continue: boolean
  readonly mute_time_intervals?: readonly string[]
  readonly active_time_intervals?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly routes?: readonly RouteOptions[]
}

/** A node with its matchers compiled. */
export interface RouteConfig {
  readonly receiver: string | undefined
  readonly groupBy: GroupBy | undefined
  readonly groupWaitMs: number | undefined
  readonly groupIntervalMs: number | undefined
  readonly repeatIntervalMs: number | undefined
  readonly matchers: readonly Matcher[]
  readonly continue: boolean
  /** Names of time intervals in which nothing is told. */
  readonly muteTimeIntervals: readonly string[]
  /** Names of time intervals outside of which nothing is told; none for always. */
  readonly activeTimeIntervals: readonly string[]
  /** Templates by the names of the labels. */
  readonly labels: Readonly<Record<string, string>>
  readonly routes: readonly RouteConfig[]
}

export const routeSchema = createRouteSchema()

function createRouteSchema(): Schema<RouteOptions> {
  const texts = (description: string) => list(text({ description: 'A text.' }), { description })
  const values = (description: string) => mapping(text({ description: 'A value.' }), { description })
  const node = section('A node of the routing tree: which alerts, grouped how, to whom.', {
    receiver: optional(text({ description: 'Name of the receiver; inherited.' })),
    group_by: optional(texts('Labels that alerts of one group share; "..." keeps every alert apart; inherited.')),
    group_wait: optional(duration({ description: 'Wait before the first notification of a group; 30s; inherited.' })),
    group_interval: optional(duration({ description: 'Time between notifications of a group; 5m; inherited.' })),
    repeat_interval: optional(duration({ description: 'Time until the same is told again; 4h; inherited.' })),
    matchers: optional(texts('Matchers of the alerts that enter here; all must hold.')),
    match: optional(values('Labels that must have these values. Old spelling of matchers.')),
    match_re: optional(values('Labels that must match these patterns. Old spelling of matchers.')),
    continue: boolean({ description: 'Go on with the next sibling after this node has matched.', default: false }),
    mute_time_intervals: optional(texts('Time intervals in which this node tells nothing; not inherited.')),
    active_time_intervals: optional(texts('Time intervals outside of which this node tells nothing; not inherited.')),
    labels: optional(values('Templates of labels for notifications, added to those of the nodes above.')),
  })
  const properties: Record<string, JsonSchema> = { ...node.properties }
  const schema = { ...node, properties }
  // A node is made of nodes.
  properties.routes = { type: 'array', items: schema, description: 'Nodes below, tried in order.' }
  return schema as Schema<RouteOptions>
}

export interface RouteContext {
  readonly receivers: ReadonlySet<string>
  readonly timeIntervals: ReadonlySet<string>
  readonly mode: MatcherMode
  readonly report: Report
  readonly warn: (message: string) => void
}

/** Reads the root and all below it; reports what upstream refuses, in its words. */
export function readRootRoute(root: RouteOptions, context: RouteContext): RouteConfig {
  const { report } = context
  const path = ['route']
  if (root.receiver === undefined || root.receiver === '') {
    report([...path, 'receiver'], 'root route must specify a default receiver', 'key')
  }
  for (const key of ['matchers', 'match', 'match_re'] as const) {
    if (Object.keys(root[key] ?? {}).length > 0) {
      report([...path, key], 'root route must not have any matchers', 'key')
    }
  }
  for (const [key, what] of [
    ['mute_time_intervals', 'mute time intervals'],
    ['active_time_intervals', 'active time intervals'],
  ] as const) {
    if ((root[key] ?? []).length > 0) report([...path, key], `root route must not have any ${what}`, 'key')
  }
  if (root.continue) report([...path, 'continue'], 'cannot have continue in root route', 'key')
  return readRoute(root, path, context, {})
}

function readRoute(route: RouteOptions, path: Path, context: RouteContext, inherited: Labels): RouteConfig {
  const { report, mode } = context
  const { receiver, group_interval, repeat_interval, labels = {} } = route
  if (receiver !== undefined && receiver !== '') {
    const reference = { what: 'receiver', name: receiver, known: context.receivers, usedIn: 'route' }
    checkReference(reference, [...path, 'receiver'], report)
  }
  if (group_interval === 0) report([...path, 'group_interval'], 'group_interval cannot be zero')
  if (repeat_interval === 0) report([...path, 'repeat_interval'], 'repeat_interval cannot be zero')
  for (const name of Object.keys(labels)) {
    if (!isLabelName(name, mode))
      report([...path, 'labels', name], `invalid label name "${name}" in route labels`, 'key')
  }
  const merged = { ...inherited, ...labels }
  checkCycle(merged, labels, [...path, 'labels'], report)
  const intervals = (key: 'mute_time_intervals' | 'active_time_intervals') => {
    const names = route[key] ?? []
    for (const [index, name] of names.entries()) {
      const reference = { what: 'time interval', name, known: context.timeIntervals, usedIn: 'route' }
      checkReference(reference, [...path, key, index], report)
    }
    return names
  }
  return {
    receiver: receiver === '' ? undefined : receiver,
    groupBy: readGroupBy(route.group_by, [...path, 'group_by'], context),
    groupWaitMs: route.group_wait,
    groupIntervalMs: group_interval,
    repeatIntervalMs: repeat_interval,
    matchers: readMatchers(route, path, context),
    continue: route.continue,
    muteTimeIntervals: intervals('mute_time_intervals'),
    activeTimeIntervals: intervals('active_time_intervals'),
    labels,
    routes: (route.routes ?? []).map((child, index) => readRoute(child, [...path, 'routes', index], context, merged)),
  }
}

type Labels = Readonly<Record<string, string>>

/** Reports labels that ask for each other, once for each node that closes a circle. */
function checkCycle(merged: Labels, own: Labels, path: Path, report: Report): void {
  const order = orderLabels(merged)
  const name = order.ok ? undefined : order.cycle.find((label) => Object.hasOwn(own, label))
  if (order.ok || name === undefined) return
  report([...path, name], `route labels ask for each other, so none can be rendered: ${order.cycle.join(' > ')}`)
}
