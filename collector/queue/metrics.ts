import { gaugeOf, type Registry } from '#lib/metrics.ts'
import type { FillWatch } from './fill-watch.ts'
import type { DiskQueue } from './queue.ts'

export interface QueueParts {
  readonly queue: () => DiskQueue | undefined
  readonly fillWatch: FillWatch
  readonly nowMs: () => number
}

/** How full the queue is, for how long, and when it will be full; read when scraped. */
export function exportQueueMetrics(registry: Registry, { queue, fillWatch, nowMs }: QueueParts): void {
  const ageSeconds = () => {
    const oldestAtMs = queue()?.oldestAtMs
    return oldestAtMs === undefined ? 0 : Math.max(0, nowMs() - oldestAtMs) / 1_000
  }
  const gauges: readonly [string, string, () => number][] = [
    ['records_queued', 'Records that wait in the queue.', () => queue()?.queuedRecords ?? 0],
    ['queue_bytes', 'Bytes of the queue on disk.', () => queue()?.sizeBytes ?? 0],
    ['queue_max_bytes', 'Bytes at which the queue is full.', () => queue()?.maxBytes ?? 0],
    ['queue_disk_free_bytes', 'Bytes that the disk of the queue has free.', () => queue()?.freeBytes ?? 0],
    ['queue_oldest_age_seconds', 'How long ago the oldest request came that is not delivered.', ageSeconds],
    [
      'queue_full_in_seconds',
      'When the queue is full if it goes on growing as in the last minute; +Inf if it does not grow.',
      () => fillWatch.fullInSeconds,
    ],
  ]
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: `vedette_collector_${name}`, help }, read)
  const alarm = {
    name: 'vedette_collector_queue_alarm',
    help: 'Whether the queue is fuller than a threshold of queue.alarm_percent.',
    labelNames: ['percent'],
  }
  gaugeOf(registry, alarm, () =>
    fillWatch.alarms.map(({ percent, isRaised }) => ({
      labels: { percent: String(percent) },
      value: Number(isRaised),
    })),
  )
}
