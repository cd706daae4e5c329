import type { Alert } from '../alert.ts'

/** Most that are kept, ended ones included. */
export const MAX_KEPT = 10_000
/** Most alerts that one is about. */
export const MAX_ALERTS = 10_000
/** Most alerts that all of them are about together. */
export const MAX_ALERTS_TOGETHER = 200_000
/** Longest time; for longer there are silences. */
export const MAX_LENGTH_MS = 31 * 86_400_000

/** What speaks against an acknowledgement that is to last so long; undefined if nothing does. */
export function problemOf(alerts: readonly Alert[], lengthMs: number): string | undefined {
  if (lengthMs <= 0) return "end time can't be in the past"
  if (lengthMs > MAX_LENGTH_MS) return 'it may last 31 days at most; for longer, silence the alerts'
  if (alerts.length === 0) return 'no alert that fires matches'
  if (alerts.length > MAX_ALERTS) return `it may be about ${MAX_ALERTS} alerts at most, not ${alerts.length}`
  return undefined
}
