import type { Route } from '../route/tree.ts'
import type { TimeIntervals } from './time-intervals.ts'

/** That a route tells nothing at a moment, and why. */
export interface TimeMute {
  readonly reason: 'active_time_interval' | 'mute_time_interval'
  /** Names of the intervals: those that contain the moment, or those of which none does. */
  readonly mutedBy: readonly string[]
}

/** Whether the time is one at which the route tells nothing. Undefined if it may. */
export function timeMuteOf(
  { activeTimeIntervals, muteTimeIntervals }: Pick<Route, 'activeTimeIntervals' | 'muteTimeIntervals'>,
  intervals: TimeIntervals,
  epochMs: number,
): TimeMute | undefined {
  const containsNow = (name: string) => intervals.contains(name, epochMs)
  if (activeTimeIntervals.length > 0 && !activeTimeIntervals.some(containsNow)) {
    return { reason: 'active_time_interval', mutedBy: activeTimeIntervals }
  }
  const mutedBy = muteTimeIntervals.filter(containsNow)
  return mutedBy.length > 0 ? { reason: 'mute_time_interval', mutedBy } : undefined
}
