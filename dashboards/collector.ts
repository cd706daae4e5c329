import { collectorSeriesSections } from './collector-series.ts'
import { collectorStageSections } from './collector-stages.ts'
import type { DashboardSpec } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import { PanelFactory } from './panels.ts'
import { processSection } from './process.ts'
import { TARGET } from './selectors.ts'
import { prometheusVariable, targetVariables } from './variables.ts'

const rate = (metric: string) => `rate(vedette_collector_${metric}{${TARGET}}[$__rate_interval])`
const sum = (metric: string) => `sum(${rate(metric)})`
const of = (metric: string) => `vedette_collector_${metric}{${TARGET}}`

/** How the collectors do: what comes in, what waits, what Elasticsearch takes. */
export function collectorDashboard(): DashboardSpec {
  const panels = new PanelFactory()
  return {
    name: 'collector',
    title: 'Vedette / Collector',
    description: 'Collectors: requests in, the queue on disk, bulk requests to Elasticsearch or the store, queries.',
    variables: [prometheusVariable(), ...targetVariables('vedette_collector_build_info')],
    marks: [
      {
        name: 'Starts',
        expr: `changes(process_start_time_seconds{${TARGET}}[2m]) > 0`,
        title: 'Started: {{instance}}',
        color: 'orange',
      },
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Collectors',
            description: 'Collectors that answer scrapes. Fewer than replicas: look at the StatefulSet.',
            unit: 'short',
            queries: [{ expr: `count(${of('build_info')})` }],
          }),
          panels.stat({
            title: 'Records in',
            description: 'Records taken per second. Zero while agents ship: look at refused requests.',
            unit: 'ops',
            queries: [{ expr: sum('records_received_total') }],
          }),
          panels.stat({
            title: 'Records indexed',
            description: 'Records that Elasticsearch took per second. Lower than what comes in: the queue grows.',
            unit: 'ops',
            queries: [{ expr: sum('records_indexed_total') }],
          }),
          panels.stat({
            title: 'Fullest queue',
            description: 'How full the fullest queue is. Full, its senders wait; see queue fill.',
            unit: 'percentunit',
            limit: LIMITS.fullRatio,
            queries: [{ expr: `max(${of('queue_bytes')} / ${of('queue_max_bytes')})` }],
          }),
          panels.stat({
            title: 'Oldest request',
            description:
              'How long ago the oldest request came that is not delivered. Minutes: Elasticsearch is slow or away.',
            unit: 's',
            queries: [{ expr: `max(${of('queue_oldest_age_seconds')})` }],
          }),
          panels.stat({
            title: 'Dead letters kept',
            description:
              'Records that Elasticsearch refused for good and that wait for somebody: `vedette dead-letter list`.',
            unit: 'short',
            queries: [{ expr: `sum(${of('dead_letters')})` }],
          }),
          panels.stat({
            title: 'Active series',
            description: 'Series whose last sample is kept. Near the limit new ones are refused; see refused points.',
            unit: 'short',
            queries: [{ expr: `sum(${of('series')})` }],
          }),
          panels.stat({
            title: 'Live tails',
            description: 'People and programs that follow logs just now. Each costs a search now and then.',
            unit: 'short',
            queries: [{ expr: `sum(${of('query_tails')})` }],
          }),
        ],
      },
      {
        title: 'Overview',
        panels: [
          panels.graph({
            title: 'Collectors up',
            description: '1 while a collector answers scrapes. At 0: `kubectl -n vedette describe pod`, then its log.',
            unit: 'bool',
            max: 1,
            queries: [{ expr: `up{${TARGET}}`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Records in and out',
            description:
              'Taken, indexed, found to be there already, put aside. Indexed below taken for long: look at bulk requests.',
            unit: 'ops',
            queries: [
              { expr: sum('records_received_total'), legend: 'taken' },
              { expr: sum('records_indexed_total'), legend: 'indexed' },
              { expr: sum('records_duplicate_total'), legend: 'known already' },
              { expr: sum('records_dead_letter_total'), legend: 'dead letters' },
              { expr: sum('records_failure_store_total'), legend: 'failure store' },
            ],
          }),
          panels.graph({
            title: 'Queue fill',
            description:
              'How full each queue is. Above the line look at bulk requests, and at what Elasticsearch says.',
            unit: 'percentunit',
            max: 1,
            limit: LIMITS.fullRatio,
            queries: [{ expr: `${of('queue_bytes')} / ${of('queue_max_bytes')}`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Queue full in',
            description:
              'When the queue is full if it goes on as in the last minute; nothing while it does not grow. Below the line somebody should act now.',
            unit: 's',
            limit: LIMITS.fullInSeconds,
            below: true,
            queries: [{ expr: `${of('queue_full_in_seconds')} < 1e9`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Dropped and lost records',
            description:
              'By rules: as told. `queue_full` and damaged on disk are losses: see the log of the collector and its disk.',
            unit: 'ops',
            stack: true,
            queries: [
              { expr: `sum by (reason) (${rate('records_dropped_total')})`, legend: '{{reason}}' },
              { expr: sum('records_lost_total'), legend: 'damaged on disk' },
            ],
          }),
          panels.graph({
            title: 'Elasticsearch',
            description:
              'Configured nodes by whether they answer, and blocks by reason. A block needs somebody: `vedette doctor --collector` says what to do.',
            unit: 'short',
            queries: [
              { expr: `sum by (state) (${of('elasticsearch_nodes')})`, legend: 'nodes {{state}}' },
              { expr: `max by (reason) (${of('elasticsearch_blocked')})`, legend: 'blocked: {{reason}}' },
            ],
          }),
        ],
      },
      ...collectorStageSections(panels),
      ...collectorSeriesSections(panels),
      processSection(),
    ],
  }
}
