import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import { oncePerTurn } from '#lib/once-per-turn.ts'
import { countLimiting } from './filter/rate-limiter.ts'
import type { ContainerLag, LagSurvey } from './observe/lag.ts'
import type { Pipeline } from './pipeline.ts'

type Metric = readonly [name: string, help: string, read: () => number]

/**
 * The agent's accounting, read from the stages when it is scraped. At any moment, for the records since the start:
 * read = acknowledged + in flight + dropped (by reason, see events.ts).
 */
export function exportMetrics(registry: Registry, pipeline: Pipeline, survey: LagSurvey): void {
  const { intake, joiner, journal, shipper } = pipeline
  const counters: readonly Metric[] = [
    ['read_bytes_total', 'Bytes of log files that were decoded.', () => intake.stats.bytes],
    ['records_read_total', 'Records that were read, partial lines joined.', () => intake.stats.records],
    ['partial_lines_total', 'Lines that were parts of a record.', () => intake.stats.partialLines],
    [
      'trace_lines_total',
      'Lines that became one record with others, of a stack trace or by a pattern.',
      () => joiner.stats.joinedLines,
    ],
    [
      'unparsed_lines_total',
      "Lines not in the runtime's format, shipped as they are.",
      () => intake.stats.unparsedLines,
    ],
    [
      'excluded_lines_total',
      'Lines that were left out because the pod excludes their stream.',
      () => intake.stats.excludedLines,
    ],
    ['records_truncated_total', 'Records whose body was cut to the limit.', () => intake.stats.truncatedRecords],
    [
      'nul_bytes_total',
      'NULs at the begin of lines, which a power cut leaves; they are skipped.',
      () => intake.stats.nulBytes,
    ],
    ['records_repaired_total', 'Records with invalid UTF-8, replaced by U+FFFD.', () => intake.stats.repairedRecords],
    [
      'records_acknowledged_total',
      'Records the collector took responsibility for.',
      () => shipper.stats.acknowledgedRecords,
    ],
    ['journal_entries_total', 'Entries of the journal that were read.', () => journal?.stats.entries ?? 0],
    ['requests_total', 'Requests the collector accepted.', () => shipper.stats.requests],
    ['request_uncompressed_bytes_total', 'Bytes of accepted requests before compression.', () => shipper.stats.bytes],
    ['request_bytes_total', 'Bytes of accepted requests as sent.', () => shipper.stats.compressedBytes],
  ]
  for (const [name, help, read] of counters) counterOf(registry, { name: `vedette_agent_${name}`, help }, read)
  const gauges = [...deliveryGauges(pipeline), ...nodeGauges(pipeline), ...metadataGauges(pipeline)]
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: `vedette_agent_${name}`, help }, read)
  exportLag(registry, survey)
  exportRedactions(registry, pipeline)
}

function exportRedactions(registry: Registry, { intake }: Pipeline): void {
  counterOf(
    registry,
    {
      name: 'vedette_agent_redactions_total',
      help: 'Secrets in bodies that were replaced, by preset or pattern.',
      labelNames: ['pattern'],
    },
    () => {
      const { names, counts } = intake.redactor ?? NOTHING_REDACTED
      return names.map((pattern, index) => ({ labels: { pattern }, value: counts[index]! }))
    },
  )
}

/** What is on its way, and what of it is not written down. */
function deliveryGauges({ intake, shipper, ledger, checkpoints }: Pipeline): readonly Metric[] {
  return [
    [
      'records_in_flight',
      'Records that were read and are neither acknowledged nor dropped.',
      () => intake.openRecords + shipper.inFlightRecords,
    ],
    ['requests_in_flight', 'Requests whose acknowledgement is awaited.', () => shipper.inFlightRequests],
    [
      'records_awaiting_acknowledgement',
      'Records in requests whose acknowledgement is awaited.',
      () => shipper.inFlightRecords,
    ],
    [
      'checkpoint_age_seconds',
      'Age of the oldest acknowledgement that is not in the checkpoints on disk; 0 if all are.',
      () => ledger.unwrittenMs / 1000,
    ],
    ['checkpoint_bytes', 'Bytes of the checkpoints on disk.', () => checkpoints.sizeBytes],
  ]
}

function nodeGauges({ clock, discovery, files, tailer, tap }: Pipeline): readonly Metric[] {
  return [
    ['containers', 'Directories of containers that are read.', () => discovery.size],
    [
      'containers_excluded',
      'Containers that the configuration or their pods exclude.',
      () => discovery.excluded + countExcluded(tailer),
    ],
    ['files_matched', 'Files that match the patterns of `files`.', () => files?.size ?? 0],
    [
      'containers_rate_limited',
      'Containers that were delayed by their rate limits, or records of theirs dropped, in the last 30 s.',
      () => countLimiting(tailer.logs.values(), clock.monotonicMs()),
    ],
    ['taps', 'Taps under way: somebody looks at log lines as they pass.', () => tap.count],
    ['directories_watched', 'Directories whose events are heard.', () => discovery.watches.watchedCount],
    [
      'directories_polled',
      'Directories that cannot be watched and are looked at from time to time instead; 0 while there are watches enough.',
      () => discovery.watches.unwatchedCount,
    ],
  ]
}

function metadataGauges({ pods }: Pipeline): readonly Metric[] {
  if (pods === undefined) return []
  return [
    ['metadata_pods', 'Pods of this node whose metadata are known.', () => pods.podCount + pods.departedCount],
    ['metadata_age_seconds', 'Age of the list of pods; NaN before the first.', () => (pods.ageMs ?? Number.NaN) / 1000],
  ]
}

/** How far delivery is behind, in all and by container; all of it from one look at the files. */
function exportLag(registry: Registry, survey: LagSurvey): void {
  const lag = oncePerTurn(() => survey.take())
  const gauges: readonly Metric[] = [
    ['files_open', 'Log files that are held open.', () => lag().files],
    ['unread_bytes', 'Bytes of open log files that were not read yet.', () => lag().unreadBytes],
    [
      'unlinked_bytes',
      'Bytes of deleted log files that take disk space because the agent holds them open.',
      () => lag().unlinkedBytes,
    ],
    [
      'spool_bytes',
      'Bytes of deleted log files that take disk space because the spool has links to them.',
      () => lag().spoolBytes,
    ],
    ['bytes_behind', 'Bytes of open log files that are not acknowledged.', () => lag().bytesBehind],
    ['seconds_behind', 'Age of the oldest record that is not acknowledged.', () => lag().secondsBehind],
  ]
  for (const [name, help, read] of gauges) gaugeOf(registry, { name: `vedette_agent_${name}`, help }, read)
  const labelNames = ['namespace', 'pod', 'container', 'file']
  const perContainer = (value: (container: ContainerLag) => number) => () =>
    lag().containers.map((found) => {
      const { namespace, pod, container, file } = found
      return { labels: file === '' ? { namespace, pod, container } : { file }, value: value(found) }
    })
  const bounded = 'for the `metrics.max_containers` containers that have the most of them'
  gaugeOf(
    registry,
    {
      ...{ name: 'vedette_agent_container_bytes_behind', labelNames },
      help: `Bytes of a container's log files that are not acknowledged, ${bounded}.`,
    },
    perContainer(({ bytesBehind }) => bytesBehind),
  )
  gaugeOf(
    registry,
    {
      ...{ name: 'vedette_agent_container_seconds_behind', labelNames },
      help: "Age of a container's oldest record that is not acknowledged, for the same containers.",
    },
    perContainer(({ secondsBehind }) => secondsBehind),
  )
}

function countExcluded({ logs }: Pipeline['tailer']): number {
  let count = 0
  for (const log of logs.values()) count += Number(log.isExcluded)
  return count
}

const NOTHING_REDACTED = { names: [], counts: [] } as const
