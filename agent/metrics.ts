import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { Pipeline } from './pipeline.ts'

/**
 * The agent's accounting, read from the stages when it is scraped. At any moment, for the records since the start:
 * read = acknowledged + in flight + dropped (by reason, see events.ts).
 */
export function exportMetrics(
  registry: Registry,
  { intake, joiner, shipper, tailer, discovery, pods }: Pipeline,
): void {
  const counters: readonly [string, string, () => number][] = [
    ['read_bytes_total', 'Bytes of log files that were decoded.', () => intake.stats.bytes],
    ['records_read_total', 'Records that were read, partial lines joined.', () => intake.stats.records],
    ['partial_lines_total', 'Lines that were parts of a record.', () => intake.stats.partialLines],
    ['trace_lines_total', 'Lines that became one record with others of a trace.', () => joiner.stats.joinedLines],
    [
      'unparsed_lines_total',
      "Lines not in the runtime's format, shipped as they are.",
      () => intake.stats.unparsedLines,
    ],
    ['records_truncated_total', 'Records whose body was cut to the limit.', () => intake.stats.truncatedRecords],
    ['records_repaired_total', 'Records with invalid UTF-8, replaced by U+FFFD.', () => intake.stats.repairedRecords],
    [
      'records_acknowledged_total',
      'Records the collector took responsibility for.',
      () => shipper.stats.acknowledgedRecords,
    ],
    ['requests_total', 'Requests the collector accepted.', () => shipper.stats.requests],
    ['request_uncompressed_bytes_total', 'Bytes of accepted requests before compression.', () => shipper.stats.bytes],
    ['request_bytes_total', 'Bytes of accepted requests as sent.', () => shipper.stats.compressedBytes],
  ]
  for (const [name, help, read] of counters) counterOf(registry, { name: `vedette_agent_${name}`, help }, read)
  const gauges: [string, string, () => number][] = [
    [
      'records_in_flight',
      'Records that were read and are neither acknowledged nor dropped.',
      () => intake.openRecords + shipper.inFlightRecords,
    ],
    ['containers', 'Directories of containers that are read.', () => discovery.size],
    ['containers_excluded', 'Directories of containers that the configuration excludes.', () => discovery.excluded],
    ['files_open', 'Log files that are held open.', () => countFiles(tailer)],
    ['unread_bytes', 'Bytes of open log files that were not read yet.', () => unreadBytes(tailer)],
  ]
  if (pods !== undefined) {
    gauges.push(
      ['metadata_pods', 'Pods of this node whose metadata are known.', () => pods.podCount + pods.departedCount],
      [
        'metadata_age_seconds',
        'Age of the list of pods; NaN before the first.',
        () => (pods.ageMs ?? Number.NaN) / 1000,
      ],
    )
  }
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: `vedette_agent_${name}`, help }, read)
}

function countFiles({ logs }: Pipeline['tailer']): number {
  let count = 0
  for (const log of logs.values()) count += log.files.length
  return count
}

function unreadBytes({ logs }: Pipeline['tailer']): number {
  let bytes = 0
  for (const log of logs.values()) {
    for (const file of log.files) bytes += Math.max(0, file.stat().sizeBytes - file.offset)
  }
  return bytes
}
