import type { Alert } from '../alert.ts'
import type { Json } from '../json.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { MuteStatus } from '../mute/mute.ts'

/** An alert as the API shows it. */
export function gettableAlert(
  alert: Alert,
  receivers: readonly string[],
  { silencedBy, inhibitedBy }: MuteStatus,
): Json {
  const isActive = silencedBy.length === 0 && inhibitedBy.length === 0
  return {
    annotations: alert.annotations,
    endsAt: formatMilli(alert.endsAt),
    fingerprint: alert.labels.fingerprint,
    receivers: receivers.map((name) => ({ name })),
    startsAt: formatMilli(alert.startsAt),
    status: { inhibitedBy, mutedBy: [], silencedBy, state: isActive ? 'active' : 'suppressed' },
    updatedAt: formatMilli(momentOf(alert.updatedAtMs)),
    generatorURL: alert.generatorUrl === '' ? undefined : alert.generatorUrl,
    labels: alert.labels,
  }
}
