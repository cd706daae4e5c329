import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { TARGET } from './selectors.ts'

const rate = (metric: string) => `rate(vedette_collector_${metric}{${TARGET}}[$__rate_interval])`
const sum = (metric: string) => `sum(${rate(metric)})`
const of = (metric: string) => `vedette_collector_${metric}{${TARGET}}`

/** Series of metrics that collectors hold, and what they answer. */
export function collectorSeriesSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'Metrics',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Series',
          description: 'Series that are kept. A climb without end: some label has an id or a time in it.',
          unit: 'short',
          queries: [{ expr: of('series'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Series, memory',
          description: 'Memory that series take, estimated. Near metrics.max_bytes new ones are refused.',
          unit: 'bytes',
          queries: [{ expr: of('series_bytes'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Expired series',
          description: 'Series that were forgotten because nothing came of them. A peak: a node or a target went away.',
          unit: 'ops',
          queries: [{ expr: rate('series_expired_total'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Refused samples',
          description:
            'Samples that were refused, by reason. A limit: raise metrics.max_series, max_series_per_node or max_bytes, or drop labels. Others: two senders say different things of one series.',
          unit: 'ops',
          stack: true,
          queries: [
            { expr: `sum by (reason) (${rate('series_refused_total')})`, legend: '{{reason}}' },
            { expr: `sum by (reason) (${rate('metric_points_rejected_total')})`, legend: 'OTLP: {{reason}}' },
          ],
        }),
        panels.graph({
          title: 'Sources of series',
          description: 'Nodes and other senders that were heard lately. Fewer: agents are down, or do not gather.',
          unit: 'short',
          queries: [{ expr: of('sources'), legend: '{{instance}}' }],
        }),
        panels.graph({
          title: 'Pushed groups',
          description: 'Groups that jobs pushed and nobody deleted. A climb without end: give them a time to live.',
          unit: 'short',
          queries: [
            { expr: of('push_groups'), legend: '{{instance}} groups' },
            { expr: of('push_series'), legend: '{{instance}} series' },
          ],
        }),
      ],
    },
    {
      title: 'Remote write',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Remote write, behind',
          description:
            'How far what was sent is behind what came. Above the line the receiver is slow or away; samples wait on disk.',
          unit: 's',
          limit: LIMITS.remoteWriteLagSeconds,
          queries: [{ expr: of('remote_write_lag_seconds'), legend: '{{instance}} {{remote}}' }],
        }),
        panels.graph({
          title: 'Remote write, backlog',
          description:
            'Samples that are neither sent nor given up. If it does not fall, raise the most shards, or the receiver.',
          unit: 'short',
          queries: [{ expr: of('remote_write_samples_pending'), legend: '{{instance}} {{remote}}' }],
        }),
        panels.graph({
          title: 'Remote write, samples',
          description:
            'Samples sent, sent again, refused and given up. Refused: see the log for what the receiver says of them.',
          unit: 'ops',
          queries: [
            { expr: `sum by (remote) (${rate('remote_write_samples_total')})`, legend: '{{remote}} sent' },
            { expr: `sum by (remote) (${rate('remote_write_samples_retried_total')})`, legend: '{{remote}} again' },
            { expr: `sum by (remote) (${rate('remote_write_samples_failed_total')})`, legend: '{{remote}} refused' },
            {
              expr: `sum by (remote, reason) (${rate('remote_write_samples_dropped_total')})`,
              legend: '{{remote}} given up: {{reason}}',
            },
          ],
        }),
        panels.graph({
          title: 'Remote write, requests',
          description: 'Requests by class of the answer. 5xx and 429 are tried again; other 4xx are given up.',
          unit: 'reqps',
          stack: true,
          queries: [
            { expr: `sum by (remote, code) (${rate('remote_write_requests_total')})`, legend: '{{remote}} {{code}}' },
          ],
        }),
        panels.graph({
          title: 'Remote write, queue',
          description:
            'Bytes that wait on disk. When the queue is full the oldest go; see its limit in collector.yaml.',
          unit: 'bytes',
          queries: [{ expr: of('remote_write_queue_bytes'), legend: '{{instance}} {{remote}}' }],
        }),
        panels.graph({
          title: 'Remote write, shards',
          description: 'Requests at once. At its most with a backlog: raise the most, or the receiver.',
          unit: 'short',
          queries: [{ expr: of('remote_write_shards'), legend: '{{instance}} {{remote}}' }],
        }),
      ],
    },
    {
      title: 'Queries',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Query latency',
          description:
            'Time to answer the page and the command line. Seconds: narrow the time range, or look at the store.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: `histogram_quantile(${q}, sum by (le, endpoint) (${rate('query_duration_seconds_bucket')}))`,
            legend: `{{endpoint}} p${q * 100}`,
          })),
        }),
        panels.graph({
          title: 'Queries by status',
          description: 'Requests to the query API. 5xx: the search was not answered, see search errors in the log.',
          unit: 'reqps',
          stack: true,
          queries: [
            { expr: `sum by (endpoint, status) (${rate('query_requests_total')})`, legend: '{{endpoint}} {{status}}' },
          ],
        }),
        panels.graph({
          title: 'Live tail',
          description: 'Live tails, and records that were sent to them or left out because a client is slow.',
          unit: 'short',
          queries: [
            { expr: `sum(${of('query_tails')})`, legend: 'tails' },
            { expr: sum('query_tail_records_total'), legend: 'records per second' },
            { expr: sum('query_tail_skipped_records_total'), legend: 'left out per second' },
          ],
        }),
      ],
    },
  ]
}
