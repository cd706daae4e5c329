import { Summary } from 'prom-client'
import { gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'

/** The measurements that are not events: latencies, under upstream's names. */
export interface RouterMetrics {
  readonly observeLatency: (integration: string, seconds: number) => void
  readonly observeDispatch: (seconds: number) => void
}

export function createRouterMetrics(registry: Registry): RouterMetrics {
  const latency = new Histogram({
    name: 'alertmanager_notification_latency_seconds',
    help: 'The latency of notifications in seconds.',
    labelNames: ['integration'],
    buckets: [1, 5, 10, 15, 20],
    registers: [registry],
  })
  const dispatch = new Summary({
    name: 'alertmanager_dispatcher_alert_processing_duration_seconds',
    help: 'Summary of latencies for the processing of alerts.',
    percentiles: [],
    registers: [registry],
  })
  return {
    observeLatency: (integration, seconds) => latency.observe({ integration }, seconds),
    observeDispatch: (seconds) => dispatch.observe(seconds),
  }
}

/** What the router is and what it was built from; constant while it runs. */
export function registerBuildInfo(registry: Registry, compatibleVersion: string, version: string): void {
  gaugeOf(
    registry,
    {
      name: 'alertmanager_build_info',
      help: 'A metric with the constant value 1, labelled with the version of Alertmanager that this router stands in for.',
      labelNames: ['version', 'revision', 'branch', 'goversion'],
    },
    () => [
      { labels: { version: compatibleVersion, revision: `vedette-${version}`, branch: '', goversion: '' }, value: 1 },
    ],
  )
  const help = 'Whether clustering is enabled.'
  gaugeOf(registry, { name: 'alertmanager_cluster_enabled', help }, () => 0)
}
