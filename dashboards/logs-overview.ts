import type { DashboardSpec } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import { ERROR_LOGS_QUERY, LOGS_QUERY, OTHER_LOGS_QUERY, SEVERITIES } from './log-queries.ts'
import { logs, PanelFactory } from './panels.ts'
import { ERROR_LEVELS, PODS } from './selectors.ts'
import {
  choiceVariable,
  clusterVariable,
  elasticsearchVariable,
  labelVariable,
  prometheusVariable,
  textVariable,
} from './variables.ts'

const FROM = 'prometheus_datasource'
const LOGS = `${PODS}, container=~"$container", level=~"$level"`
const ERRORS = `${PODS}, container=~"$container", ${ERROR_LEVELS}`
const BY_CONTAINER = 'by (namespace, pod, container)'
const OWN = 'cluster=~"$cluster"'

/** What is logged where, what fails, how late it comes, and the records themselves. */
export function logsOverviewDashboard(): DashboardSpec {
  const panels = new PanelFactory(FROM)
  const NAME = '{{namespace}}/{{pod}} {{container}}'
  return {
    name: 'logs-overview',
    title: 'Vedette / Logs / Overview',
    description:
      'Log records by namespace and level, who logs most, what fails anew, how late records come, and the records.',
    variables: [
      prometheusVariable(FROM),
      elasticsearchVariable(),
      clusterVariable('logs_total', FROM),
      labelVariable('namespace', 'Namespace', { metric: 'logs_total{cluster=~"$cluster"}', from: FROM }),
      labelVariable('pod', 'Pod', {
        metric: 'logs_total{cluster=~"$cluster", namespace=~"$namespace"}',
        from: FROM,
      }),
      labelVariable('container', 'Container', { metric: `logs_total{${PODS}}`, from: FROM }),
      labelVariable('level', 'Level', { metric: `logs_total{${PODS}, container=~"$container"}`, from: FROM }),
      choiceVariable('severity', 'Severity of records', SEVERITIES),
      textVariable(
        'text',
        'Text',
        'What the records have to contain, in the syntax of Lucene: words, "phrases", AND, OR, NOT.',
      ),
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Records',
            description: 'Records per second. A sudden fall is as bad as a sudden climb: see Agent.',
            unit: 'ops',
            width: 4,
            queries: [{ expr: `sum(rate(logs_total{${LOGS}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Bytes',
            description:
              'Bytes of records per second. Times the retention this is what the store has to hold, before compression.',
            unit: 'Bps',
            width: 4,
            queries: [{ expr: `sum(rate(logs_bytes_total{${LOGS}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Errors',
            description: 'Records of level error or above per second. See error share, and the errors below.',
            unit: 'ops',
            width: 4,
            queries: [{ expr: `sum(rate(logs_total{${ERRORS}}[$__rate_interval]))` }],
          }),
          panels.stat({
            title: 'Containers that log',
            description:
              'Containers of which records come just now. Fewer than run: see files that could not be read in Agent.',
            unit: 'short',
            width: 4,
            queries: [{ expr: `count(sum ${BY_CONTAINER} (rate(logs_total{${LOGS}}[$__rate_interval])) > 0)` }],
          }),
          panels.stat({
            title: 'Largest delay of records',
            description:
              'Age of the oldest record of any node that is not delivered. Above the line see Agent, delivery behind.',
            unit: 's',
            width: 4,
            limit: LIMITS.agentLagSeconds,
            queries: [{ expr: `max(vedette_agent_seconds_behind{${OWN}})` }],
          }),
          panels.stat({
            title: 'Dropped records',
            description: 'Records given up per second by agents and collectors, for any reason. See dropped by reason.',
            unit: 'ops',
            width: 4,
            queries: [
              {
                expr: `(sum(rate(vedette_agent_records_dropped_total{${OWN}}[$__rate_interval])) or vector(0)) + (sum(rate(vedette_collector_records_dropped_total{${OWN}}[$__rate_interval])) or vector(0))`,
              },
            ],
          }),
        ],
      },
      {
        title: 'Overview',
        panels: [
          panels.graph({
            title: 'Records by namespace',
            description: 'Records per second. A namespace that outgrows the others: see who logs most.',
            unit: 'ops',
            stack: true,
            queries: [
              { expr: `sum by (namespace) (rate(logs_total{${LOGS}}[$__rate_interval]))`, legend: '{{namespace}}' },
            ],
          }),
          panels.graph({
            title: 'Records by level',
            description:
              'Records per second by level. Much debug in production: lower the level, or drop it with a rule of the agent.',
            unit: 'ops',
            stack: true,
            queries: [{ expr: `sum by (level) (rate(logs_total{${LOGS}}[$__rate_interval]))`, legend: '{{level}}' }],
          }),
          panels.graph({
            title: 'Error share',
            description: 'Part of the records that are errors, by namespace. A step up after a rollout: roll it back.',
            unit: 'percentunit',
            max: 1,
            queries: [
              {
                expr: `sum by (namespace) (rate(logs_total{${ERRORS}}[$__rate_interval])) / (sum by (namespace) (rate(logs_total{${PODS}, container=~"$container"}[$__rate_interval])) > 0)`,
                legend: '{{namespace}}',
              },
            ],
          }),
          panels.graph({
            title: 'Delay of records, p50 and p99',
            description:
              'Age of the oldest record that is not delivered: the median node, the worst one in a hundred, and the wait in the queues of collectors. All up: Elasticsearch; p99 alone: single nodes.',
            unit: 's',
            queries: [
              { expr: `quantile(0.5, vedette_agent_seconds_behind{${OWN}})`, legend: 'nodes p50' },
              { expr: `quantile(0.99, vedette_agent_seconds_behind{${OWN}})`, legend: 'nodes p99' },
              { expr: `max(vedette_collector_queue_oldest_age_seconds{${OWN}})`, legend: 'queues' },
            ],
          }),
          panels.table({
            title: 'Who logs most',
            description:
              'Containers by bytes per second. Far ahead of the others: lower its level, or give it a rate limit.',
            unit: 'Bps',
            columns: {
              namespace: 'Namespace',
              pod: 'Pod',
              container: 'Container',
              'Value #A': 'Bytes',
              'Value #B': 'Records',
            },
            units: { Records: 'ops' },
            queries: [
              { expr: `topk(20, sum ${BY_CONTAINER} (rate(logs_bytes_total{${LOGS}}[$__rate_interval])))` },
              { expr: `sum ${BY_CONTAINER} (rate(logs_total{${LOGS}}[$__rate_interval]))` },
            ],
            links: podLinks(),
          }),
          panels.table({
            title: 'New errors',
            description:
              'Containers that log errors in the time range and logged none in the same time the day before. What they log is in the errors below.',
            unit: 'short',
            columns: { namespace: 'Namespace', pod: 'Pod', container: 'Container', 'Value #A': 'Errors' },
            queries: [
              {
                expr: `topk(20, sum ${BY_CONTAINER} (increase(logs_total{${ERRORS}}[$__range])) > 0 unless on (namespace, container) sum by (namespace, container) (increase(logs_total{${ERRORS}}[$__range] offset 1d)) > 0)`,
              },
            ],
            links: podLinks(),
          }),
          panels.graph({
            title: 'Dropped by reason',
            description: 'Rules and rate limits: as told. Everything else is a loss: see Agent and Collector.',
            unit: 'ops',
            stack: true,
            queries: [
              {
                expr: `sum by (reason) (rate(vedette_agent_records_dropped_total{${OWN}}[$__rate_interval]))`,
                legend: 'agent: {{reason}}',
              },
              {
                expr: `sum by (reason) (rate(vedette_collector_records_dropped_total{${OWN}}[$__rate_interval]))`,
                legend: 'collector: {{reason}}',
              },
            ],
          }),
          panels.graph({
            title: 'Errors by container',
            description: 'The ten containers with the most errors per second. Follow the link to the pod.',
            unit: 'ops',
            queries: [
              { expr: `topk(10, sum ${BY_CONTAINER} (rate(logs_total{${ERRORS}}[$__rate_interval])))`, legend: NAME },
            ],
            links: [
              {
                title: 'The pod',
                url: '/d/vedette-pods?var-namespace=${__field.labels.namespace}&var-pod=${__field.labels.pod}&${__url_time_range}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Records',
        panels: [
          logs({
            title: 'Logs',
            description:
              'The newest records that the variables above choose. Nothing, though there should be: widen severity and text.',
            lucene: LOGS_QUERY,
          }),
        ],
      },
      {
        title: 'Errors',
        isCollapsed: true,
        panels: [
          logs({
            title: 'Error logs',
            description: 'The newest records of severity error or above, whatever severity is chosen.',
            lucene: ERROR_LOGS_QUERY,
          }),
        ],
      },
      {
        title: 'Nodes and others',
        isCollapsed: true,
        panels: [
          logs({
            title: 'Logs of no pod',
            description: 'Files of nodes, the journal, and what other senders send, whatever pod is chosen.',
            lucene: OTHER_LOGS_QUERY,
          }),
        ],
      },
    ],
  }
}

function podLinks() {
  return [
    {
      title: 'The pod',
      url: '/d/vedette-pods?var-namespace=${__data.fields.Namespace}&var-pod=${__data.fields.Pod}&${__url_time_range}',
    },
    {
      title: 'Its logs',
      url: '/d/vedette-logs-overview?var-namespace=${__data.fields.Namespace}&var-pod=${__data.fields.Pod}&${__url_time_range}',
    },
  ]
}
