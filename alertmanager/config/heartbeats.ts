import type { Path } from '#lib/config/diagnostic.ts'
import { duration, list, mapping, type Static, section, text } from '#lib/config/schema.ts'
import { formatDuration } from '#lib/duration.ts'
import type { LabelSet } from '#lib/labels.ts'
import type { Matcher } from '#lib/matchers.ts'
import { readMatchers } from './matchers.ts'
import { checkNames, labelsOf, namesIn } from './own-labels.ts'
import type { RouteContext } from './route.ts'

const heartbeatSchema = section(
  'An alert that must keep coming; an alert of the router itself fires when it does not.',
  {
    name: text({ description: 'Name of the watch; no other one has it.', default: '' }),
    matchers: list(text({ description: 'Matchers.' }), {
      description: 'Matchers of the alerts that are a sign of life; all must hold.',
      default: [],
    }),
    timeout: duration({ description: 'Longest time between two signs of life.', default: '5m' }),
    labels: mapping(text({ description: 'A value.' }), {
      description:
        'Labels of the alert, besides alertname (HeartbeatMissing), severity (critical) and heartbeat (the name).',
      default: {},
    }),
    annotations: mapping(text({ description: 'A text.' }), {
      description: 'Annotations of the alert, besides summary and description.',
      default: {},
    }),
  },
)

export const heartbeatsSchema = list(heartbeatSchema, {
  description: 'Alerts that must keep coming, such as Watchdog of Prometheus.',
  default: [],
})

/** A watch over an alert that must keep coming. */
export interface HeartbeatConfig {
  readonly name: string
  readonly matchers: readonly Matcher[]
  readonly timeoutMs: number
  /** Of the alert that fires when it does not. */
  readonly labels: LabelSet
  readonly annotations: Readonly<Record<string, string>>
}

const MAX_WATCHES = 1_000
/** Names the watch, so that no two have the same alert. */
const RESERVED = ['heartbeat']

export function readHeartbeats(
  written: Static<typeof heartbeatsSchema>,
  path: Path,
  context: Pick<RouteContext, 'report' | 'warn' | 'mode'>,
): readonly HeartbeatConfig[] {
  const { report } = context
  if (written.length > MAX_WATCHES) report(path, `at most ${MAX_WATCHES} heartbeats may be watched`, 'key')
  const names = new Set<string>()
  return written.map(({ name, timeout, labels, annotations, ...options }, index) => {
    const at: Path = [...path, index]
    if (name === '') report([...at, 'name'], 'missing name in heartbeat', 'key')
    else if (names.has(name)) report([...at, 'name'], `heartbeat "${name}" is not unique`)
    names.add(name)
    if (timeout === 0) report([...at, 'timeout'], 'timeout cannot be zero')
    checkNames(namesIn(labels, [...at, 'labels']), RESERVED, context)
    checkNames(namesIn(annotations, [...at, 'annotations']), [], context)
    if (options.matchers.length === 0) report([...at, 'matchers'], `heartbeat "${name}" has no matchers`, 'key')
    const matchers = readMatchers(options, at, context)
    return {
      ...{ name, matchers, timeoutMs: timeout },
      labels: labelsOf({ alertname: 'HeartbeatMissing', severity: 'critical', ...labels, heartbeat: name }),
      annotations: {
        summary: `Heartbeat ${name} is missing`,
        description: `No alert that matches {${matchers.map(String).join(',')}} has come for ${formatDuration(timeout)}.`,
        ...annotations,
      },
    }
  })
}
