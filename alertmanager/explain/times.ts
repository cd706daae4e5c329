import { repeatSlackMs } from '../notify/dedup.ts'
import type { Route } from '../route/tree.ts'
import type { GroupState } from '../store/groups.ts'

/** When a group flushed last and flushes next, epoch milliseconds; undefined if it never flushed. */
export function flushTimes(
  { flushAtMs }: GroupState,
  { groupIntervalMs }: Route,
  nowMs: number,
): { readonly lastMs: number | undefined; readonly nextMs: number } {
  if (flushAtMs > nowMs) return { lastMs: undefined, nextMs: flushAtMs }
  const lastMs = nowMs - ((nowMs - flushAtMs) % groupIntervalMs)
  return { lastMs, nextMs: lastMs + groupIntervalMs }
}

/** The first flush at which repeat_interval will have passed. */
export function repeatTime(
  sentAtMs: number,
  nextFlushMs: number,
  { groupIntervalMs, repeatIntervalMs }: Route,
): number {
  const earliestMs = sentAtMs + repeatIntervalMs - repeatSlackMs(groupIntervalMs)
  const flushes = Math.max(0, Math.ceil((earliestMs - nextFlushMs) / groupIntervalMs))
  return nextFlushMs + flushes * groupIntervalMs
}
