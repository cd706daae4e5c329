import { gaugeOf, type Registry } from '#lib/metrics.ts'
import { OWN_SOURCES } from './own-alerts.ts'
import type { OwnSources } from './sources.ts'

/** Ours; upstream raises no alerts of its own. */
export function registerOwnAlertMetrics(registry: Registry, { alerts, heartbeats }: OwnSources): void {
  const described = (name: string, help: string, label: string) => {
    return { name: `alertmanager_${name}`, help, labelNames: [label] }
  }
  gaugeOf(registry, described('own_alerts', 'How many alerts that the router itself raised fire.', 'source'), () =>
    OWN_SOURCES.map((source) => ({ labels: { source }, value: alerts.firing(source).length })),
  )
  const received = 'When a watched alert was received last, in seconds since the epoch; 0 for never.'
  gaugeOf(registry, described('heartbeat_last_received_timestamp_seconds', received, 'name'), () =>
    heartbeats.statuses().map(({ config: { name }, heardAtMs }) => ({ labels: { name }, value: heardAtMs / 1_000 })),
  )
  const missing = 'Whether a watched alert has not been received for longer than its timeout.'
  gaugeOf(registry, described('heartbeat_missing', missing, 'name'), () =>
    heartbeats.statuses().map(({ config: { name }, isMissing }) => ({ labels: { name }, value: Number(isMissing) })),
  )
}
