import { LIMITS } from '../limits.ts'
import type { RuleGroup } from './rule.ts'

const INSTANCE = ['cluster', 'job', 'instance']
const OF = 'Collector {{ $labels.instance }}'

/** Alerts on the collectors' own metrics. */
export const COLLECTOR_ALERTS: RuleGroup = {
  name: 'vedette-collector',
  rules: [
    {
      alert: 'CollectorDown',
      expr: `
        (up == 0 and on (cluster, job, instance) last_over_time(vedette_collector_build_info[1d]))
        or absent(vedette_collector_build_info)`,
      for: '5m',
      severity: 'critical',
      summary: 'A collector cannot be scraped, or there is none at all.',
      description: `${OF} has not answered scrapes for five minutes. Agents go to other collectors, or hold their logs.`,
      panel: { dashboard: 'collector', title: 'Collectors up', variables: INSTANCE },
    },
    {
      alert: 'CollectorIndexRejects',
      expr: `
        sum by (cluster, job, instance, status) (
          rate(vedette_collector_documents_retried_total[5m])
        ) > 0`,
      for: '15m',
      severity: 'warning',
      summary: 'Elasticsearch goes on turning documents away.',
      description: `Elasticsearch turns away {{ $value | humanize }} documents per second of ${OF.toLowerCase()} with status {{ $labels.status }}; they are tried again.`,
      panel: { dashboard: 'collector', title: 'Rejections by reason', variables: INSTANCE },
    },
    {
      alert: 'CollectorBulkSlow',
      expr: `
        rate(vedette_collector_bulk_request_seconds_total[5m])
        / (rate(vedette_collector_bulk_requests_total[5m]) > 0)
        > ${LIMITS.bulkSeconds}`,
      for: '15m',
      severity: 'warning',
      summary: 'Bulk requests to Elasticsearch are slow.',
      description: `Bulk requests of ${OF.toLowerCase()} take {{ $value | humanizeDuration }} on average.`,
      panel: { dashboard: 'collector', title: 'Bulk latency', variables: INSTANCE },
    },
    {
      alert: 'CollectorQueueNearlyFull',
      expr: `
        vedette_collector_queue_bytes / vedette_collector_queue_max_bytes
        > ${LIMITS.fullRatio}`,
      for: '5m',
      severity: 'warning',
      summary: 'The queue of a collector is nearly full.',
      description: `The queue of ${OF.toLowerCase()} is {{ $value | humanizePercentage }} full; once it is full, senders wait.`,
      panel: { dashboard: 'collector', title: 'Queue fill', variables: INSTANCE },
    },
    {
      alert: 'CollectorQueueNearlyFull',
      expr: `
        vedette_collector_queue_full_in_seconds < ${LIMITS.fullInSeconds}
        and vedette_collector_queue_bytes / vedette_collector_queue_max_bytes > 0.5`,
      for: '10m',
      severity: 'critical',
      summary: 'The queue of a collector is full within four hours.',
      description: `The queue of ${OF.toLowerCase()} is full in {{ $value | humanizeDuration }} if it goes on growing as it does.`,
      panel: { dashboard: 'collector', title: 'Queue full in', variables: INSTANCE },
    },
    {
      alert: 'CollectorDeadLetters',
      expr: 'sum by (cluster, job, instance) (increase(vedette_collector_records_dead_letter_total[15m])) > 0',
      severity: 'warning',
      summary: 'Records are refused for good and became dead letters.',
      description: `${OF} put {{ $value | humanize }} records aside in 15 minutes; they are kept until somebody replays or drops them.`,
      panel: { dashboard: 'collector', title: 'Dead letters', variables: INSTANCE },
    },
    {
      alert: 'CollectorElasticsearchUnhealthy',
      expr: `
        max by (cluster, job, instance) (vedette_collector_elasticsearch_blocked) > 0
        or max by (cluster, job, instance) (vedette_collector_elasticsearch_nodes{state="dead"}) > 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Elasticsearch takes no documents, or nodes of it do not answer.',
      description: `${OF} finds Elasticsearch blocked or nodes of it not answering; records wait in the queue.`,
      panel: { dashboard: 'collector', title: 'Elasticsearch', variables: INSTANCE },
    },
    {
      alert: 'CollectorSeriesLimit',
      expr: `
        sum by (cluster, job, instance, reason) (
          rate(vedette_collector_series_refused_total{reason=~".*_limit"}[5m])
        ) > 0`,
      for: '5m',
      severity: 'warning',
      summary: 'A collector refuses samples, because it has no room for more series.',
      description: `${OF} refuses {{ $value | humanize }} samples per second, reason {{ $labels.reason }}.`,
      panel: { dashboard: 'collector', title: 'Refused samples', variables: INSTANCE },
    },
    {
      alert: 'CollectorRemoteWriteBehind',
      expr: `vedette_collector_remote_write_lag_seconds > ${LIMITS.remoteWriteLagSeconds}`,
      for: '10m',
      severity: 'warning',
      summary: 'Remote write is behind.',
      description: `What ${OF.toLowerCase()} sent to {{ $labels.remote }} is {{ $value | humanizeDuration }} behind what came.`,
      panel: { dashboard: 'collector', title: 'Remote write, behind', variables: INSTANCE },
    },
    {
      alert: 'CollectorLosingRecords',
      expr: `
        sum by (cluster, job, instance) (increase(vedette_collector_records_lost_total[15m])) > 0
        or sum by (cluster, job, instance) (
          increase(vedette_collector_records_dropped_total{reason="queue_full"}[15m])
        ) > 0`,
      severity: 'critical',
      summary: 'A collector lost records that it had acknowledged.',
      description: `${OF} lost {{ $value | humanize }} records in 15 minutes: damaged on disk, or dropped because its queue is full.`,
      panel: { dashboard: 'collector', title: 'Dropped and lost records', variables: INSTANCE },
    },
  ],
}
