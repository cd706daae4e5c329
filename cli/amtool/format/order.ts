import type { Alert, Silence } from '../api/shapes.ts'
import { epochMs } from './time.ts'

/** Alerts by their beginning, silences by their end: the order of both tables. */
export function byStart(alerts: readonly Alert[]): readonly Alert[] {
  return alerts.toSorted((a, b) => epochMs(a.startsAt) - epochMs(b.startsAt))
}

export function byEnd(silences: readonly Silence[]): readonly Silence[] {
  return silences.toSorted((a, b) => epochMs(a.endsAt) - epochMs(b.endsAt))
}
