import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import { exportExpositionMetrics } from './expose/metrics.ts'
import { exportLogSeriesMetrics } from './log-series/create-log-series.ts'
import type { Pipeline } from './pipeline.ts'
import { exportPushMetrics } from './push/metrics.ts'
import { exportQueueMetrics } from './queue/metrics.ts'
import { exportRemoteWriteMetrics } from './remote-write/out/metrics.ts'
import { exportSeriesMetrics } from './series/metrics.ts'
import { exportShapeMetrics } from './shape/metrics.ts'

/**
 * The collector's accounting, read from the stages when it is scraped. At any moment, for the records since the start:
 *
 * received + recovered + replayed = indexed + failure store + duplicate + dead letter + dropped + queued + in flight + lost
 *
 * `recovered` is what the queue held at start; `replayed` are dead letters that were put in it again; `lost` is what was
 * damaged on its disk and should stay 0. What could not be made into documents is among `dead letter`. The records in the
 * failure store are counted by the event (index/events.ts). `dropped` is `records_dropped_total`, what the configuration
 * asks to be dropped.
 */
export function exportMetrics(registry: Registry, pipeline: Pipeline): void {
  const { queue, received, inFlight, indexing } = pipeline
  const { stats: indexed, deadLetters, flow, size, blocks } = indexing
  exportQueueMetrics(registry, pipeline)
  exportPushMetrics(registry, pipeline.metrics.push)
  exportLogSeriesMetrics(registry, pipeline.logSeries)
  exportRemoteWriteMetrics(registry, pipeline.metrics.remoteWrite.remotes)
  exportShapeMetrics(registry, pipeline)
  exportSeriesMetrics(registry, pipeline.series)
  exportExpositionMetrics(registry, pipeline.metrics.exposition.pages)
  const settled = () =>
    indexed.indexed + indexed.failureStore + indexed.duplicates + indexed.deadLettered + indexed.dropped
  const counters: readonly [string, string, () => number][] = [
    [
      'records_received_total',
      'Records that are safe in the queue; their senders were told so.',
      () => received.records,
    ],
    ['metric_points_received_total', 'Points of metrics that were taken.', () => received.points],
    ['records_recovered_total', 'Records that the queue held at start.', () => queue()?.recoveredRecords ?? 0],
    ['records_indexed_total', 'Records that Elasticsearch indexed.', () => indexed.indexed],
    ['records_duplicate_total', 'Records that Elasticsearch had already: redeliveries.', () => indexed.duplicates],
    ['records_dead_letter_total', 'Records that became dead letters.', () => indexed.deadLettered],
    ['records_replayed_total', 'Records of dead letters that were put in the queue again.', () => indexed.replayed],
    ['records_lost_total', 'Records that were damaged in the queue.', () => queue()?.lostRecords ?? 0],
    [
      'documents_redelivered_total',
      'Documents that were sent again although they may have been taken, because the answer was lost.',
      () => indexed.redelivered,
    ],
    ['documents_repaired_total', 'Documents in which something was not UTF-8.', () => indexed.repaired],
    ['bulk_requests_total', 'Bulk requests that were sent.', () => indexed.requests],
    ['bulk_request_seconds_total', 'Time that bulk requests took, all together.', () => indexed.durationMs / 1_000],
    ['bulk_request_bytes_total', 'Bytes of bulk requests as sent.', () => indexed.bytes],
  ]
  const labelNames = ['transport', 'signal']
  const requests = {
    name: 'vedette_collector_requests_received_total',
    help: 'Requests that were accepted.',
    labelNames,
  }
  counterOf(registry, requests, () => received.requests)
  const bytes = {
    name: 'vedette_collector_request_bytes_received_total',
    help: 'Bytes of accepted requests after decompression.',
    labelNames,
  }
  counterOf(registry, bytes, () => received.bytes)
  for (const [name, help, read] of counters) counterOf(registry, { name: `vedette_collector_${name}`, help }, read)
  const gauges: readonly [string, string, () => number][] = [
    ['records_in_flight', 'Records on their way to Elasticsearch.', () => indexed.taken - settled()],
    ['receive_in_flight_bytes', 'Bytes of requests that are under way.', () => inFlight.bytes],
    ['bulk_concurrency_limit', 'Bulk requests that may be under way at once just now.', () => flow.limit],
    ['bulk_target_bytes', 'Bytes at which a bulk request is sent just now.', () => size.targetBytes],
    ['dead_letter_bytes', 'Bytes of the dead letter files.', () => deadLetters.sizeBytes],
    ['dead_letters', 'Dead letters that were neither replayed nor dropped.', () => deadLetters.count],
  ]
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: `vedette_collector_${name}`, help }, read)
  gaugeOf(
    registry,
    {
      name: 'vedette_collector_elasticsearch_blocked',
      help: '1 while Elasticsearch refuses all documents, or all of a data stream, until somebody acts, by reason.',
      labelNames: ['reason'],
    },
    () => blocks.gauge(),
  )
  const nodes = {
    name: 'vedette_collector_elasticsearch_nodes',
    help: 'Configured nodes of Elasticsearch, by whether they answered last.',
    labelNames: ['state'],
  }
  gaugeOf(registry, nodes, () => {
    const { alive, dead } = indexing.elasticsearch.nodeCounts()
    return [
      { labels: { state: 'alive' }, value: alive },
      { labels: { state: 'dead' }, value: dead },
    ]
  })
}
