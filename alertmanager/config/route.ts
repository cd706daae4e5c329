import type { Report } from '#lib/config/check.ts'
import { type Path, suggest } from '#lib/config/diagnostic.ts'
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
import type { Matcher } from '#lib/matchers.ts'
import { readMatchers } from './matchers.ts'
import { allNotSupported } from './not-supported.ts'

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
  readonly routes: readonly RouteConfig[]
}

/** The labels whose values name a group; `all` keeps every alert apart. */
export type GroupBy = 'all' | readonly string[]

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
    ...allNotSupported('time intervals', ['mute_time_intervals', 'active_time_intervals']),
    ...allNotSupported('labels of routes', ['labels']),
  })
  const properties: Record<string, JsonSchema> = { ...node.properties }
  const schema = { ...node, properties }
  // A node is made of nodes.
  properties.routes = { type: 'array', items: schema, description: 'Nodes below, tried in order.' }
  return schema as Schema<RouteOptions>
}

export interface RouteContext {
  readonly receivers: ReadonlySet<string>
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
  if (root.continue) report([...path, 'continue'], 'cannot have continue in root route', 'key')
  return readRoute(root, path, context)
}

function readRoute(route: RouteOptions, path: Path, context: RouteContext): RouteConfig {
  const { report } = context
  const { receiver, group_interval, repeat_interval } = route
  if (receiver !== undefined && receiver !== '' && !context.receivers.has(receiver)) {
    const meant = suggest(receiver, [...context.receivers])
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
    report([...path, 'receiver'], `undefined receiver "${receiver}" used in route${hint}`)
  }
  if (group_interval === 0) report([...path, 'group_interval'], 'group_interval cannot be zero')
  if (repeat_interval === 0) report([...path, 'repeat_interval'], 'repeat_interval cannot be zero')
  return {
    receiver: receiver === '' ? undefined : receiver,
    groupBy: readGroupBy(route.group_by, [...path, 'group_by'], report),
    groupWaitMs: route.group_wait,
    groupIntervalMs: group_interval,
    repeatIntervalMs: repeat_interval,
    matchers: readMatchers(route, path, context),
    continue: route.continue,
    routes: (route.routes ?? []).map((child, index) => readRoute(child, [...path, 'routes', index], context)),
  }
}

function readGroupBy(names: readonly string[] | undefined, path: Path, report: Report): GroupBy | undefined {
  if (names === undefined) return undefined
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    const at = [...path, index]
    if (name === '') report(at, 'invalid label name "" in group_by list')
    else if (seen.has(name)) report(at, `duplicated label "${name}" in group_by`)
    seen.add(name)
  }
  if (!seen.has('...')) return names
  if (seen.size > 1) report(path, 'cannot have wildcard group_by (`...`) and other labels at the same time')
  return 'all'
}
