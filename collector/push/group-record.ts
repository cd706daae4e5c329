import { createGroup, type GroupState, type PushGroup } from './push-group.ts'
import type { PushedFamily, PushedMetric, PushedType } from './pushed-family.ts'

/** What is on disk of a group: all of it after a push, or that it is gone. As JSON. */
interface GroupRecord {
  readonly version: 1
  readonly grouping: readonly (readonly [string, string])[]
  readonly state?: StateRecord
}

interface StateRecord {
  readonly succeededMs: number
  readonly failedMs: number
  readonly expiresMs: number
  readonly families: readonly FamilyRecord[]
}

type FamilyRecord = readonly [name: string, PushedType, help: string, pushedAtMs: number, readonly MetricRecord[]]
type MetricRecord = readonly [labels: readonly string[], ...numbers: (number | string)[]]

/** A change of the pushed groups. */
export interface GroupChange {
  readonly group: PushGroup
  /** Undefined if the group is gone. */
  readonly state: GroupState | undefined
}

export function encodeChange({ group, state }: GroupChange): Buffer {
  const record: GroupRecord = {
    version: 1,
    grouping: [...group.grouping],
    ...(state === undefined ? {} : { state: encodeState(state) }),
  }
  return Buffer.from(JSON.stringify(record))
}

/** @returns undefined if it can't be read */
export function decodeChange(bytes: Buffer): GroupChange | undefined {
  try {
    const { version, grouping, state } = JSON.parse(bytes.toString()) as GroupRecord
    if (version !== 1) return undefined
    return { group: createGroup(new Map(grouping)), state: state === undefined ? undefined : decodeState(state) }
  } catch {
    return undefined
  }
}

function encodeState({ succeededMs, failedMs, expiresMs, families, pushedAtMs }: GroupState): StateRecord {
  const records = Array.from(
    families.values(),
    ({ name, type, help, metrics }): FamilyRecord => [
      ...([name, type, help, pushedAtMs.get(name) ?? 0] as const),
      metrics.map((metric) => encodeMetric(metric)),
    ],
  )
  return { succeededMs, failedMs, expiresMs, families: records }
}

function encodeMetric(metric: PushedMetric): MetricRecord {
  const numbers = 'parts' in metric ? [metric.count, metric.sum, ...metric.parts] : [metric.value]
  return [metric.labels, ...numbers.map((number) => encodeNumber(number))]
}

/** JSON has no infinities, and no zero that is negative. */
function encodeNumber(number: number): number | string {
  return Number.isFinite(number) && !Object.is(number, -0) ? number : Object.is(number, -0) ? '-0' : String(number)
}

function decodeState({ succeededMs, failedMs, expiresMs, families: records }: StateRecord) {
  const families = new Map<string, PushedFamily>()
  const pushedAtMs = new Map<string, number>()
  for (const [name, type, help, atMs, metrics] of records) {
    families.set(name, { name, type, help, metrics: metrics.map((metric) => decodeMetric(metric, type)) })
    pushedAtMs.set(name, atMs)
  }
  return { succeededMs, failedMs, expiresMs, families, pushedAtMs }
}

function decodeMetric([labels, ...texts]: MetricRecord, type: PushedType): PushedMetric {
  const [first = 0, second = 0, ...parts] = texts.map(Number)
  if (type === 'histogram' || type === 'summary') return { labels, count: first, sum: second, parts }
  return { labels, value: first }
}
