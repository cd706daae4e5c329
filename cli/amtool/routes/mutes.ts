import type { AlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { createTimeIntervals } from '../../../alertmanager/mute/time-intervals.ts'
import { timeMuteOf } from '../../../alertmanager/mute/time-mute.ts'
import type { Route } from '../../../alertmanager/route/tree.ts'
import { epochMs, parseRfc3339 } from '../format/time.ts'

/** A line for each route: whether it tells at that time, and which time intervals keep it from it. */
export async function mutesAt(
  { timeIntervals }: AlertmanagerConfig,
  routes: readonly Route[],
  at: string,
): Promise<string> {
  const time = at === 'now' ? new Date().toISOString() : await parseRfc3339(at)
  const intervals = createTimeIntervals(timeIntervals)
  return routes
    .map((route) => {
      const mute = timeMuteOf(route, intervals, epochMs(time))
      if (mute === undefined) return `${route.receiver}: tells at ${time}\n`
      const names = mute.mutedBy.join(', ')
      const why = mute.reason === 'mute_time_interval' ? `muted by ${names}` : `muted outside of ${names}`
      return `${route.receiver}: ${why} at ${time}\n`
    })
    .join('')
}
