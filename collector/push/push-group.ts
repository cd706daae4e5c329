import type { SeriesSource } from '../series/series-sink.ts'
import type { Grouping } from './grouping.ts'
import { type PushedFamily, seriesOf } from './pushed-family.ts'

/** What a group has after a push; it is replaced, not changed. */
export interface GroupState {
  /** By name, without the times of pushes. */
  readonly families: ReadonlyMap<string, PushedFamily>
  /** When each family was pushed, epoch milliseconds. */
  readonly pushedAtMs: ReadonlyMap<string, number>
  /** When the last push succeeded and the last one failed, epoch milliseconds, or 0. */
  readonly succeededMs: number
  readonly failedMs: number
  /** When the group goes by itself, epoch milliseconds, or 0. */
  readonly expiresMs: number
}

/** The labels of a group: who its series are from. */
export interface PushGroup {
  /** The same for the same labels. */
  readonly key: string
  readonly grouping: Grouping
  readonly source: SeriesSource
}

export const PUSH_TIME = 'push_time_seconds'
export const FAILURE_TIME = 'push_failure_time_seconds'

/** The same for the same labels, and no other. */
export function groupKey(grouping: Grouping): string {
  return JSON.stringify([...grouping])
}

export function createGroup(grouping: Grouping): PushGroup {
  const job = grouping.get('job') ?? ''
  const instance = grouping.get('instance') ?? ''
  return {
    key: groupKey(grouping),
    grouping,
    source: { transport: 'push', job, instance, node: '', isKept: true },
  }
}

/** Families of a group with those about its pushes. */
export function familiesOf({ grouping }: PushGroup, state: GroupState): readonly PushedFamily[] {
  const labels = [...withInstance(grouping)].sort(([one], [other]) => (one < other ? -1 : 1)).flat()
  const time = (name: string, outcome: string, atMs: number): PushedFamily => ({
    name,
    type: 'gauge',
    help: `Last Unix time when changing this group in the Pushgateway ${outcome}.`,
    metrics: [{ labels, value: atMs / 1_000 }],
  })
  return [
    ...state.families.values(),
    time(FAILURE_TIME, 'failed', state.failedMs),
    time(PUSH_TIME, 'succeeded', state.succeededMs),
  ]
}

/** Each series has an instance, if only an empty one: so Prometheus does not put in that of whom it scrapes. */
export function withInstance(grouping: Grouping): Grouping {
  return grouping.has('instance') ? grouping : new Map([...grouping, ['instance', '']])
}

/** Series of a group, those about its pushes among them. */
export function countSeries({ families }: GroupState): number {
  let count = 2
  for (const family of families.values()) {
    for (const metric of family.metrics) count += seriesOf(metric, family.type)
  }
  return count
}
