import type { RuleCase } from './rule-case.ts'

const LABELS = { job: 'vedette-collector', instance: '10.0.1.1:9464' }
const OF = 'job="vedette-collector", instance="10.0.1.1:9464"'
const OTHER = 'job="vedette-collector", instance="10.0.1.2:9464"'
const GIB = 1024 ** 3
const INFO = 'vedette_collector_build_info'

export const COLLECTOR_CASES: readonly RuleCase[] = [
  {
    alert: 'CollectorDown',
    name: 'a target that was a collector does not answer any more',
    series: {
      [`up{${OF}}`]: '1+0x10 0+0x30',
      [`${INFO}{${OF}}`]: '1+0x10 _x30',
      [`${INFO}{${OTHER}}`]: '1+0x40',
    },
    at: '30m',
    firing: [{ labels: LABELS }],
  },
  {
    alert: 'CollectorDown',
    name: 'all answer, and something else does not',
    series: { [`up{${OF}}`]: '1+0x30', [`${INFO}{${OF}}`]: '1+0x30', 'up{job="shop", instance="a"}': '0+0x30' },
    at: '25m',
    firing: [],
  },
  {
    alert: 'CollectorIndexRejects',
    name: 'documents are turned away for a while',
    series: { [`vedette_collector_documents_retried_total{${OF}, status="429"}`]: '0+120x40' },
    at: '30m',
    firing: [{ labels: { ...LABELS, status: '429' }, value: '2' }],
  },
  {
    alert: 'CollectorIndexRejects',
    name: 'they were, once',
    series: { [`vedette_collector_documents_retried_total{${OF}, status="429"}`]: '0+120x5 600+0x40' },
    at: '30m',
    firing: [],
  },
  {
    alert: 'CollectorBulkSlow',
    name: 'requests take ten seconds',
    series: {
      [`vedette_collector_bulk_request_seconds_total{${OF}}`]: '0+600x40',
      [`vedette_collector_bulk_requests_total{${OF}}`]: '0+60x40',
    },
    at: '30m',
    firing: [{ labels: LABELS, value: '10s' }],
  },
  {
    alert: 'CollectorBulkSlow',
    name: 'they take a second, or there are none',
    series: {
      [`vedette_collector_bulk_request_seconds_total{${OF}}`]: '0+60x40',
      [`vedette_collector_bulk_requests_total{${OF}}`]: '0+60x40',
      [`vedette_collector_bulk_request_seconds_total{${OTHER}}`]: '60+0x40',
      [`vedette_collector_bulk_requests_total{${OTHER}}`]: '6+0x40',
    },
    at: '30m',
    firing: [],
  },
  {
    alert: 'CollectorQueueNearlyFull',
    name: 'it is nine tenths full and does not grow',
    series: {
      [`vedette_collector_queue_bytes{${OF}}`]: `${9 * GIB}+0x30`,
      [`vedette_collector_queue_max_bytes{${OF}}`]: `${10 * GIB}+0x30`,
      [`vedette_collector_queue_full_in_seconds{${OF}}`]: 'Inf+0x30',
    },
    at: '20m',
    firing: [{ severity: 'warning', labels: LABELS, value: '90%' }],
  },
  {
    alert: 'CollectorQueueNearlyFull',
    name: 'it is full in an hour',
    series: {
      [`vedette_collector_queue_bytes{${OF}}`]: `${6 * GIB}+0x30`,
      [`vedette_collector_queue_max_bytes{${OF}}`]: `${10 * GIB}+0x30`,
      [`vedette_collector_queue_full_in_seconds{${OF}}`]: '3600+0x30',
    },
    at: '20m',
    firing: [{ severity: 'critical', labels: LABELS, value: '1h 0m 0s' }],
  },
  {
    alert: 'CollectorQueueNearlyFull',
    name: 'it is half empty, whatever it does just now',
    series: {
      [`vedette_collector_queue_bytes{${OF}}`]: `${4 * GIB}+0x30`,
      [`vedette_collector_queue_max_bytes{${OF}}`]: `${10 * GIB}+0x30`,
      [`vedette_collector_queue_full_in_seconds{${OF}}`]: '600+0x30',
    },
    at: '20m',
    firing: [],
  },
  {
    alert: 'CollectorDeadLetters',
    name: 'records were put aside',
    series: { [`vedette_collector_records_dead_letter_total{${OF}}`]: '0+0x10 30+0x30' },
    at: '15m',
    firing: [{ labels: LABELS, value: '30' }],
  },
  {
    alert: 'CollectorDeadLetters',
    name: 'they were an hour ago',
    series: { [`vedette_collector_records_dead_letter_total{${OF}}`]: '0+0x10 30+0x90' },
    at: '75m',
    firing: [],
  },
  {
    alert: 'CollectorElasticsearchUnhealthy',
    name: 'it is blocked, or a node is dead',
    series: {
      [`vedette_collector_elasticsearch_blocked{${OF}, reason="disk"}`]: '1+0x20',
      [`vedette_collector_elasticsearch_nodes{${OF}, state="dead"}`]: '0+0x20',
      [`vedette_collector_elasticsearch_nodes{${OTHER}, state="dead"}`]: '1+0x20',
      [`vedette_collector_elasticsearch_nodes{${OTHER}, state="alive"}`]: '2+0x20',
    },
    at: '15m',
    firing: [{ labels: LABELS }, { labels: { ...LABELS, instance: '10.0.1.2:9464' } }],
  },
  {
    alert: 'CollectorElasticsearchUnhealthy',
    name: 'all nodes answer, and one was away for a moment',
    series: {
      [`vedette_collector_elasticsearch_blocked{${OF}, reason="disk"}`]: '0+0x20',
      [`vedette_collector_elasticsearch_nodes{${OF}, state="dead"}`]: '0+0x10 1+0x2 0+0x20',
      [`vedette_collector_elasticsearch_nodes{${OF}, state="alive"}`]: '3+0x30',
    },
    at: '15m',
    firing: [],
  },
  {
    alert: 'CollectorSeriesLimit',
    name: 'samples are refused for want of room',
    series: { [`vedette_collector_series_refused_total{${OF}, reason="series_limit"}`]: '0+60x20' },
    at: '15m',
    firing: [{ labels: { ...LABELS, reason: 'series_limit' }, value: '1' }],
  },
  {
    alert: 'CollectorSeriesLimit',
    name: 'samples are refused for what is in them',
    series: {
      [`vedette_collector_series_refused_total{${OF}, reason="duplicate"}`]: '0+60x20',
      [`vedette_collector_series_refused_total{${OF}, reason="series_limit"}`]: '9+0x20',
    },
    at: '15m',
    firing: [],
  },
  {
    alert: 'CollectorRemoteWriteBehind',
    name: 'ten minutes behind',
    series: { [`vedette_collector_remote_write_lag_seconds{${OF}, remote="mimir"}`]: '600+0x30' },
    at: '15m',
    firing: [{ labels: { ...LABELS, remote: 'mimir' }, value: '10m 0s' }],
  },
  {
    alert: 'CollectorRemoteWriteBehind',
    name: 'a minute behind',
    series: { [`vedette_collector_remote_write_lag_seconds{${OF}, remote="mimir"}`]: '60+0x30' },
    at: '15m',
    firing: [],
  },
  {
    alert: 'CollectorLosingRecords',
    name: 'records were damaged, or dropped because the queue is full',
    series: {
      [`vedette_collector_records_lost_total{${OF}}`]: '0+10x30',
      [`vedette_collector_records_dropped_total{${OTHER}, reason="queue_full"}`]: '0+10x30',
    },
    at: '25m',
    firing: [
      { labels: LABELS, value: '150' },
      { labels: { ...LABELS, instance: '10.0.1.2:9464' }, value: '150' },
    ],
  },
  {
    alert: 'CollectorLosingRecords',
    name: 'rules drop records',
    series: {
      [`vedette_collector_records_lost_total{${OF}}`]: '3+0x30',
      [`vedette_collector_records_dropped_total{${OF}, reason="rule:debug"}`]: '0+10x30',
    },
    at: '25m',
    firing: [],
  },
]
