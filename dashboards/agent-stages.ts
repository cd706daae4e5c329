import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { TARGET } from './selectors.ts'

const rate = (metric: string) => `rate(vedette_agent_${metric}{${TARGET}}[$__rate_interval])`
const sum = (metric: string) => `sum(${rate(metric)})`
const of = (metric: string) => `vedette_agent_${metric}{${TARGET}}`

/** What agents do with log lines, stage by stage. */
export function agentStageSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'Reading',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Bytes read',
          description:
            'Bytes of log files per second, of the ten busiest agents. A node that writes ten times the others: see its containers.',
          unit: 'Bps',
          queries: [{ expr: `topk(10, ${rate('read_bytes_total')})`, legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Files open',
          description: 'Files held open. Growing without end: files are not read to the end; see the log of the agent.',
          unit: 'short',
          queries: [{ expr: of('files_open'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Files that could not be read',
          description:
            'Failed opens and reads, failed listings and watches. See permissions with `vedette doctor` in the pod.',
          unit: 'ops',
          queries: [
            { expr: sum('files_unreadable_total'), legend: 'not opened' },
            { expr: sum('file_read_errors_total'), legend: 'not read' },
            { expr: sum('discovery_errors_total'), legend: 'not listed' },
            { expr: sum('watch_errors_total'), legend: 'not watched' },
          ],
        }),
        panels.graph({
          title: 'Unusual lines',
          description:
            'Lines that are not of the runtime’s format, cut or repaired. They are shipped; a lot of them hints at a wrong parser.',
          unit: 'ops',
          queries: [
            { expr: sum('unparsed_lines_total'), legend: 'unparsed' },
            { expr: sum('records_truncated_total'), legend: 'cut' },
            { expr: sum('records_repaired_total'), legend: 'repaired' },
            { expr: sum('partial_lines_total'), legend: 'parts' },
            { expr: sum('trace_lines_total'), legend: 'of traces' },
          ],
        }),
        panels.graph({
          title: 'Held logs',
          description:
            'Bytes of deleted files that are held for delivery, on disk by links and by descriptors. Near the line the oldest are given up: get the collectors going, or raise logs.spool.max_bytes.',
          unit: 'bytes',
          limit: LIMITS.fullRatio * LIMITS.spoolBytes,
          queries: [
            { expr: of('spool_bytes'), legend: '{{instance}} links' },
            { expr: of('unlinked_bytes'), legend: '{{instance}} descriptors' },
          ],
        }),
        panels.graph({
          title: 'Logs given up unread',
          description:
            'Bytes of deleted files that were given up before they were read: a loss. Raise logs.spool.max_bytes or free the disk.',
          unit: 'Bps',
          stack: true,
          queries: [
            { expr: `sum by (instance, reason) (${rate('shed_bytes_total')})`, legend: '{{instance}} {{reason}}' },
          ],
        }),
        panels.graph({
          title: 'Pod metadata',
          description:
            'Failed requests for pods and watches that began anew. While they fail, new pods have no labels: see rights and certificates of the kubelet.',
          unit: 'ops',
          queries: [
            { expr: `sum by (reason) (${rate('metadata_failures_total')})`, legend: 'failed: {{reason}}' },
            { expr: sum('metadata_relists_total'), legend: 'listed again' },
          ],
        }),
      ],
    },
    {
      title: 'Gathering metrics',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Time of a round',
          description:
            'How long gathering takes, p99. Near the interval rounds are left out: gather less, or less often.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, gatherer) (${rate('gather_duration_seconds_bucket')}))`,
              legend: '{{gatherer}}',
            },
          ],
        }),
        panels.graph({
          title: 'Gathering that fails',
          description: 'Rounds that failed or were left out, by what gathers. The log of the agent says why.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (instance, gatherer) (${rate('gather_failures_total')})`,
              legend: '{{instance}} {{gatherer}}',
            },
            {
              expr: `sum by (instance, gatherer) (${rate('gather_rounds_skipped_total')})`,
              legend: '{{instance}} {{gatherer}} left out',
            },
            {
              expr: `sum by (instance, collector) (${rate('gather_node_collector_failures_total')})`,
              legend: '{{instance}} node: {{collector}}',
            },
          ],
        }),
        panels.graph({
          title: 'Scrapes that fail',
          description:
            'Failed scrapes of pods and targets, and samples that were left out, by reason. See `up` of the target.',
          unit: 'ops',
          queries: [
            { expr: `sum by (reason) (${rate('scrape_failures_total')})`, legend: 'failed: {{reason}}' },
            { expr: `sum by (reason) (${rate('scrape_samples_refused_total')})`, legend: 'samples: {{reason}}' },
            { expr: `sum by (reason) (${rate('scrape_pods_refused_total')})`, legend: 'pods: {{reason}}' },
          ],
        }),
      ],
    },
    {
      title: 'Shipping',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Requests',
          description:
            'Accepted requests and failed ones, which are tried again. Failures that last: see their reason and the collector.',
          unit: 'ops',
          queries: [
            { expr: sum('requests_total'), legend: 'accepted' },
            { expr: `sum by (reason) (${rate('send_failures_total')})`, legend: 'failed: {{reason}}' },
          ],
        }),
        panels.graph({
          title: 'Request duration',
          description: 'Time from a request to its answer. Seconds mean that collectors wait for their disk.',
          unit: 's',
          queries: [quantile(0.5, 'request_duration_seconds'), quantile(0.99, 'request_duration_seconds')],
        }),
        panels.graph({
          title: 'Bytes sent',
          description: 'Bytes of accepted requests, as sent and before compression.',
          unit: 'Bps',
          queries: [
            { expr: sum('request_bytes_total'), legend: 'sent' },
            { expr: sum('request_uncompressed_bytes_total'), legend: 'before compression' },
          ],
        }),
        panels.graph({
          title: 'Not acknowledged',
          description:
            'Records and requests whose answer is awaited. A plateau is back pressure: the collectors bear no more.',
          unit: 'short',
          queries: [
            { expr: `sum(${of('records_awaiting_acknowledgement')})`, legend: 'records' },
            { expr: `sum(${of('requests_in_flight')})`, legend: 'requests' },
          ],
        }),
        panels.graph({
          title: 'Collectors that fail',
          description:
            'Collectors that agents do not send to, by agent. All of them: nothing is delivered; see Collector.',
          unit: 'short',
          queries: [{ expr: `sum by (endpoint) (1 - ${of('endpoint_healthy')})`, legend: '{{endpoint}}' }],
        }),
        panels.graph({
          title: 'Checkpoint age',
          description:
            'How long an acknowledgement has not been on disk. Minutes mean that state_dir cannot be written: see its disk.',
          unit: 's',
          limit: LIMITS.checkpointAgeSeconds,
          queries: [{ expr: of('checkpoint_age_seconds'), legend: '{{instance}}' }],
        }),
      ],
    },
  ]
}

function quantile(q: number, metric: string) {
  return {
    expr: `histogram_quantile(${q}, sum by (le) (${rate(`${metric}_bucket`)}))`,
    legend: `p${q * 100}`,
  }
}
