import { counterOf, gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'
import type { RemoteWrite } from './remote-write.ts'
import type { RemoteWrites } from './remote-writes.ts'

const PREFIX = 'vedette_collector_remote_write_'
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

/** What there is to know of each remote write, read when scraped. */
export function exportRemoteWriteMetrics(registry: Registry, remotes: RemoteWrites): void {
  const each = (read: (remote: RemoteWrite) => number) => () =>
    remotes.parts.map((remote) => ({ labels: { remote: remote.config.name }, value: read(remote) }))
  const labelNames = ['remote']
  const counters: readonly [string, string, (remote: RemoteWrite) => number][] = [
    ['samples_total', 'Samples that the receiver took.', ({ stats }) => stats.samples],
    ['samples_failed_total', 'Samples that the receiver refused for good.', ({ stats }) => stats.failedSamples],
    [
      'samples_retried_total',
      'Samples of requests that failed and were sent again.',
      ({ stats }) => stats.retriedSamples,
    ],
    ['metadata_total', 'Metrics whose metadata the receiver took.', ({ stats }) => stats.metadata],
    ['bytes_total', 'Bytes of requests, compressed.', ({ stats }) => stats.bytes],
  ]
  for (const [name, help, read] of counters) {
    counterOf(registry, { name: PREFIX + name, help, labelNames }, each(read))
  }
  const gauges: readonly [string, string, (remote: RemoteWrite) => number][] = [
    ['shards', 'Requests that may be under way at once just now.', ({ shards }) => shards],
    ['queue_bytes', 'Bytes of the queue on disk.', ({ queueBytes }) => queueBytes],
    ['samples_pending', 'Samples that are neither sent nor given up.', ({ pending }) => pending],
    ['highest_timestamp_seconds', 'Newest time of samples that came.', ({ stats }) => stats.highestMs / 1_000],
    [
      'highest_sent_timestamp_seconds',
      'Newest time of samples that the receiver took.',
      ({ stats }) => stats.highestSentMs / 1_000,
    ],
    ['lag_seconds', 'How far what was sent is behind what came; 0 if nothing waits.', lagSeconds],
  ]
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: PREFIX + name, help, labelNames }, each(read))
  const dropped = {
    name: `${PREFIX}samples_dropped_total`,
    help: 'Samples that were given up instead of being sent, or are not wanted, by reason.',
    labelNames: ['remote', 'reason'],
  }
  counterOf(registry, dropped, () =>
    remotes.parts.flatMap(({ config, stats, notWanted }) =>
      [...stats.dropped, ['relabel', notWanted] as const].map(([reason, value]) => ({
        labels: { remote: config.name, reason },
        value,
      })),
    ),
  )
  const requests = {
    name: `${PREFIX}requests_total`,
    help: 'Requests that were sent, by class of the answer, or what came instead of one.',
    labelNames: ['remote', 'code'],
  }
  counterOf(registry, requests, () =>
    remotes.parts.flatMap(({ config, stats }) =>
      Array.from(stats.requests, ([code, value]) => ({ labels: { remote: config.name, code }, value })),
    ),
  )
  const duration = new Histogram({
    name: `${PREFIX}send_duration_seconds`,
    help: 'Time from a request to its answer.',
    labelNames,
    buckets: BUCKETS,
    registers: [registry],
  })
  remotes.onSent = (remote, seconds) => duration.observe({ remote }, seconds)
}

function lagSeconds({ pending, stats }: RemoteWrite): number {
  if (pending === 0 || stats.highestSentMs === 0) return 0
  return Math.max(0, stats.highestMs - stats.highestSentMs) / 1_000
}
