import { formatDuration } from '#lib/duration.ts'
import { allRoutes, type Route } from './tree.ts'

/** Timers of routes that are legal, but hardly do what is meant. Routes that inherit theirs are not told again. */
export function timingWarnings(root: Route, retentionMs: number): readonly string[] {
  const warnings = new Map<string, string>()
  for (const { key, groupIntervalMs, repeatIntervalMs } of allRoutes(root)) {
    const repeat = `repeat_interval ${formatDuration(repeatIntervalMs)} of route ${key}`
    const add = (kind: string, message: string) => {
      const same = `${kind} ${groupIntervalMs} ${repeatIntervalMs}`
      if (!warnings.has(same)) warnings.set(same, message)
    }
    if (repeatIntervalMs > retentionMs) {
      const kept = `the notification log is kept for (--data.retention, ${formatDuration(retentionMs)})`
      add('retention', `${repeat} is longer than ${kept}: the same will be told earlier than that`)
    }
    if (repeatIntervalMs < groupIntervalMs) {
      const tick = `group_interval ${formatDuration(groupIntervalMs)}`
      add('interval', `${repeat} is shorter than ${tick}: the same will be told at each group_interval`)
    }
  }
  return [...warnings.values()]
}
