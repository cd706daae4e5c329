import { counterOf, gaugeOf, Histogram, type Registry, summaryOf } from '#lib/metrics.ts'
import type { ProcessConfig } from '../config.ts'
import { type BuildInfo, goArch } from '../version.ts'

/** The measurements that are not events: latencies, under upstream's names. */
export interface RouterMetrics {
  readonly observeLatency: (integration: string, seconds: number) => void
  /** Takes how long so many alerts took together. */
  readonly observeDispatch: (seconds: number, alerts: number) => void
}

export function createRouterMetrics(registry: Registry): RouterMetrics {
  const latency = new Histogram({
    name: 'alertmanager_notification_latency_seconds',
    help: 'The latency of notifications in seconds.',
    labelNames: ['integration'],
    buckets: [1, 5, 10, 15, 20],
    registers: [registry],
  })
  const dispatch = { count: 0, sum: 0 }
  summaryOf(
    registry,
    {
      name: 'alertmanager_dispatcher_alert_processing_duration_seconds',
      help: 'Summary of latencies for the processing of alerts.',
    },
    () => dispatch,
  )
  const writes = 'Number of times alerts were handed to a subscriber.'
  counterOf(
    registry,
    { name: 'alertmanager_alerts_subscriber_channel_writes_total', help: writes, labelNames: ['subscriber'] },
    () => ['dispatcher', 'inhibitor'].map((subscriber) => ({ labels: { subscriber }, value: dispatch.count })),
  )
  return {
    observeLatency: (integration, seconds) => latency.observe({ integration }, seconds),
    observeDispatch: (seconds, alerts) => {
      dispatch.sum += seconds
      dispatch.count += alerts
    },
  }
}

/** What upstream counts and what cannot happen here: there is no limit of groups, and making one cannot fail. */
const NEVER = {
  limit_reached_total: 'Number of times the limit of aggregation groups was reached.',
  creation_retries_total: 'Number of times the creation of an aggregation group was tried again.',
  creation_given_up_total: 'Number of times the creation of an aggregation group was given up.',
} as const

/** Limits as configured, and counters that stay at zero, for dashboards that ask for them. */
export function registerLimits(
  registry: Registry,
  { per_alertname_limit, limit_bytes }: Pick<ProcessConfig['alerts'], 'per_alertname_limit' | 'limit_bytes'>,
): void {
  gaugeOf(
    registry,
    { name: 'alertmanager_alerts_per_alert_limit', help: 'Limit of alerts of one alertname; 0 for none.' },
    () => per_alertname_limit,
  )
  gaugeOf(
    registry,
    { name: 'alertmanager_alerts_bytes_limit', help: 'Limit of the bytes of all alerts together.' },
    () => limit_bytes,
  )
  for (const [name, help] of Object.entries(NEVER)) {
    counterOf(registry, { name: `alertmanager_dispatcher_aggregation_group_${name}`, help }, () => 0)
  }
}

/** What the router is and what it was built from; constant while it runs. */
export function registerBuildInfo(registry: Registry, build: BuildInfo): void {
  const { version, revision, branch, goVersion: goversion } = build
  gaugeOf(
    registry,
    {
      name: 'alertmanager_build_info',
      help: 'A metric with the constant value 1, labelled with the version of Alertmanager that this router stands in for.',
      labelNames: ['version', 'revision', 'branch', 'goversion', 'goos', 'goarch', 'tags'],
    },
    () => [
      {
        labels: { version, revision, branch, goversion, goos: process.platform, goarch: goArch(), tags: '' },
        value: 1,
      },
    ],
  )
}

export function registerClusterEnabled(registry: Registry, isEnabled: boolean): void {
  const help = 'Whether clustering is enabled.'
  gaugeOf(registry, { name: 'alertmanager_cluster_enabled', help }, () => Number(isEnabled))
}
