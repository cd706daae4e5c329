import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { TARGET } from './selectors.ts'

const rate = (metric: string) => `rate(vedette_collector_${metric}{${TARGET}}[$__rate_interval])`
const sum = (metric: string) => `sum(${rate(metric)})`
const of = (metric: string) => `vedette_collector_${metric}{${TARGET}}`

/** What collectors do with requests, stage by stage. */
export function collectorStageSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'Receiving',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Requests taken',
          description: 'Accepted requests by transport and signal. One missing: its senders have the wrong address.',
          unit: 'reqps',
          stack: true,
          queries: [
            {
              expr: `sum by (transport, signal) (${rate('requests_received_total')})`,
              legend: '{{transport}} {{signal}}',
            },
          ],
        }),
        panels.graph({
          title: 'Requests refused',
          description:
            'Refused requests by reason. 429 and 503 are back pressure; others are mistakes of senders, see the log.',
          unit: 'reqps',
          stack: true,
          queries: [
            {
              expr: `sum by (transport, reason) (${rate('requests_refused_total')})`,
              legend: '{{transport}} {{reason}}',
            },
          ],
        }),
        panels.graph({
          title: 'Bytes taken',
          description:
            'Bytes of accepted requests after decompression. Compare with the size of the queue to know how long it lasts.',
          unit: 'Bps',
          stack: true,
          queries: [
            {
              expr: `sum by (transport, signal) (${rate('request_bytes_received_total')})`,
              legend: '{{transport}} {{signal}}',
            },
          ],
        }),
        panels.graph({
          title: 'Records refused',
          description:
            'Single records that were refused while their neighbours were taken. See the limits of the configuration.',
          unit: 'ops',
          stack: true,
          queries: [{ expr: `sum by (reason) (${rate('records_rejected_total')})`, legend: '{{reason}}' }],
        }),
      ],
    },
    {
      title: 'Queue',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Queue and its disk',
          description:
            'Bytes of the queue, what it may have, and what the disk has free. Less free than the queue may grow: raise the volume.',
          unit: 'bytes',
          bounds: '.* (limit|free)',
          queries: [
            { expr: of('queue_bytes'), legend: '{{instance}}' },
            { expr: of('queue_max_bytes'), legend: '{{instance}} limit' },
            { expr: of('queue_disk_free_bytes'), legend: '{{instance}} free' },
          ],
        }),
        panels.graph({
          title: 'Age of the oldest request',
          description: 'How long what comes in waits. It grows while Elasticsearch takes less than comes in.',
          unit: 's',
          queries: [{ expr: of('queue_oldest_age_seconds'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Records waiting',
          description: 'Records in the queue and on their way. Both at zero with records coming in: nothing is taken.',
          unit: 'short',
          queries: [
            { expr: of('records_queued'), legend: '{{instance}} queued' },
            { expr: of('records_in_flight'), legend: '{{instance}} on their way' },
          ],
        }),
        panels.graph({
          title: 'Trouble with the queue',
          description:
            'Requests turned away because the queue or its disk is full, and failed reads and writes. Free the disk or get Elasticsearch going.',
          unit: 'ops',
          queries: [
            { expr: sum('queue_full_total'), legend: 'queue full' },
            { expr: sum('queue_disk_low_total'), legend: 'disk nearly full' },
            { expr: sum('queue_write_errors_total'), legend: 'write errors' },
            { expr: sum('queue_read_errors_total'), legend: 'read errors' },
          ],
        }),
      ],
    },
    {
      title: 'Indexing',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Bulk latency',
          description:
            'Average time of a bulk request. Above the line Elasticsearch has too much to do: look at its nodes, disks and merges.',
          unit: 's',
          limit: LIMITS.bulkSeconds,
          queries: [
            {
              expr: `${rate('bulk_request_seconds_total')} / (${rate('bulk_requests_total')} > 0)`,
              legend: '{{instance}}',
            },
          ],
        }),
        panels.graph({
          title: 'Bulk size',
          description:
            'Bytes of a bulk request on average, and the size that is aimed at, which follows what the server bears.',
          unit: 'bytes',
          bounds: '.* aim',
          queries: [
            {
              expr: `${rate('bulk_request_bytes_total')} / (${rate('bulk_requests_total')} > 0)`,
              legend: '{{instance}}',
            },
            { expr: of('bulk_target_bytes'), legend: '{{instance}} aim' },
          ],
        }),
        panels.graph({
          title: 'Rejections by reason',
          description:
            'Documents turned away for the moment, and requests that failed as a whole; both are tried again. 429 for long: Elasticsearch needs more nodes.',
          unit: 'ops',
          queries: [
            { expr: `sum by (status) (${rate('documents_retried_total')})`, legend: 'documents {{status}}' },
            { expr: `sum by (reason) (${rate('bulk_failures_total')})`, legend: 'requests {{reason}}' },
            { expr: `sum by (reason) (${rate('bulk_divided_total')})`, legend: 'divided {{reason}}' },
          ],
        }),
        panels.graph({
          title: 'Bulk requests at once',
          description: 'Bulk requests that may be under way: it falls when the server is overloaded and climbs again.',
          unit: 'short',
          queries: [{ expr: of('bulk_concurrency_limit'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Dead letters',
          description:
            'Records that were refused for good, by error type. `vedette dead-letter list` shows them; mend the cause and replay.',
          unit: 'ops',
          stack: true,
          queries: [{ expr: `sum by (type) (${rate('dead_letter_records_total')})`, legend: '{{type}}' }],
        }),
        panels.graph({
          title: 'Dead letters, bytes',
          description: 'Size of the dead letter files. Beyond dead_letter.max_bytes the oldest go.',
          unit: 'bytes',
          queries: [{ expr: of('dead_letter_bytes'), legend: '{{instance}}' }],
        }),
      ],
    },
  ]
}
