import { counterOf, gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'
import type { MetricsShipper } from './metrics-shipper.ts'
import type { TargetStatus } from './page/target-status.ts'

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What gathering shows when it is scraped. Returns what has to be told how long each round took. */
export function exportGatherMetrics(
  registry: Registry,
  shipper: MetricsShipper,
): (gatherer: string, durationMs: number) => void {
  const counters: readonly [string, string, () => number][] = [
    ['metric_points_sent_total', 'Values of metrics that a collector took.', () => shipper.stats.points],
    ['metrics_requests_total', 'Requests of metrics that a collector accepted.', () => shipper.stats.requests],
    ['metrics_request_bytes_total', 'Bytes of these as sent.', () => shipper.stats.bytes],
  ]
  for (const [name, help, read] of counters) counterOf(registry, { name: `vedette_agent_${name}`, help }, read)
  gaugeOf(
    registry,
    { name: 'vedette_agent_metrics_queue_bytes', help: 'Bytes of metrics that wait for a collector, compressed.' },
    () => shipper.waitingBytes,
  )
  const durations = new Histogram({
    name: 'vedette_agent_gather_duration_seconds',
    help: 'How long a round of gathering took.',
    labelNames: ['gatherer'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  return (gatherer, durationMs) => durations.observe({ gatherer }, durationMs / 1000)
}

/** How many targets are scraped, by how they are. */
export function exportTargets(registry: Registry, targets: () => readonly TargetStatus[]): void {
  gaugeOf(
    registry,
    {
      name: 'vedette_agent_scrape_targets',
      help: 'Pages that are scraped, of pods, the kubelet and others, by health: up, down, or unknown before the first time.',
      labelNames: ['health'],
    },
    () => {
      const counts = { up: 0, down: 0, unknown: 0 }
      for (const { health } of targets()) counts[health] += 1
      return Object.entries(counts).map(([health, value]) => ({ labels: { health }, value }))
    },
  )
}
