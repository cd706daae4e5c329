import { aggregated, type ContractCase } from '../contract-case.ts'

const ms = 'attributes.duration_ms'
const days = { field: '@timestamp', calendar_interval: 'day' }
const hours = { field: '@timestamp', fixed_interval: '6h', min_doc_count: 0 }
const average = { avg: { field: ms } }
const total = { sum: { field: 'attributes.sizes' } }

/** Twelve buckets, with one pipeline and what it reads. */
function piped(name: string, pipeline: object, others: Partial<ContractCase> = {}): ContractCase {
  return {
    ...aggregated(`pipeline: ${name}`, { h: { date_histogram: hours, aggs: { it: pipeline, avg: average, total } } }),
    ...others,
  }
}

const MODULE = 'aggregations of the module `aggregations`'
const PAINLESS = 'scripts in Painless'

export const SUB_AGGREGATIONS: readonly ContractCase[] = [
  aggregated('sub: levels by day', {
    d: { date_histogram: days, aggs: { levels: { terms: { field: 'severity_text', order: { _key: 'asc' } } } } },
  }),
  aggregated('sub: days by level', {
    levels: { terms: { field: 'severity_text', missing: 'unknown' }, aggs: { d: { date_histogram: days } } },
  }),
  aggregated('sub: three levels', {
    ns: {
      terms: { field: 'kubernetes.namespace', size: 3 },
      aggs: {
        app: {
          terms: { field: 'kubernetes.container.name', size: 2 },
          aggs: { d: { date_histogram: days, aggs: { avg: average } } },
        },
      },
    },
  }),
  aggregated('sub: several beside each other', {
    levels: { terms: { field: 'severity_text' } },
    avg: average,
    d: { date_histogram: days },
  }),
  aggregated('sub: extended bounds in each', {
    levels: {
      terms: { field: 'severity_text', size: 2 },
      aggs: {
        h: {
          date_histogram: { ...hours, extended_bounds: { min: Date.UTC(2026, 10, 17), max: Date.UTC(2026, 10, 21) } },
        },
      },
    },
  }),
  aggregated('sub: a terms order by what is inside a filter', {
    ns: {
      terms: { field: 'kubernetes.namespace', order: [{ 'bad>avg': 'desc' }] },
      aggs: { bad: { filter: { term: { severity_text: 'ERROR' } }, aggs: { avg: average } } },
    },
  }),
  aggregated('sub: a list in a histogram', {
    h: {
      histogram: { field: ms, interval: 2500 },
      aggs: { tags: { terms: { field: 'attributes.tags', order: { _key: 'asc' } } } },
    },
  }),
  aggregated('sub: meta', {
    levels: {
      terms: { field: 'severity_text', size: 1 },
      meta: { shown: ['as', 1] },
      aggs: { avg: { ...average, meta: { unit: 'ms' } } },
    },
  }),
  aggregated(
    'sub: with hits',
    { levels: { terms: { field: 'severity_text' } } },
    { size: 2, sort: [{ 'attributes.seq': 'desc' }], _source: false },
  ),
  piped('cumulative_sum', { cumulative_sum: { buckets_path: 'total' } }),
  piped('cumulative_sum of counts', { cumulative_sum: { buckets_path: '_count' } }),
  piped('serial_diff', { serial_diff: { buckets_path: '_count', lag: 2 } }),
  piped('bucket_sort', { bucket_sort: { sort: [{ avg: { order: 'desc' } }], size: 3 } }, { storeOnly: MODULE }),
  piped('bucket_sort: a page', { bucket_sort: { from: 2, size: 4 } }, { storeOnly: MODULE }),
  aggregated('pipeline: avg_bucket', {
    h: { date_histogram: hours, aggs: { total } },
    it: { avg_bucket: { buckets_path: 'h>total' } },
  }),
  aggregated('pipeline: max_bucket', {
    h: { date_histogram: hours, aggs: { total } },
    it: { max_bucket: { buckets_path: 'h>total' } },
  }),
  aggregated('pipeline: min_bucket', {
    h: { terms: { field: 'severity_text' }, aggs: { avg: average } },
    it: { min_bucket: { buckets_path: 'h>avg' } },
  }),
  aggregated('pipeline: sum_bucket', {
    h: { date_histogram: hours },
    it: { sum_bucket: { buckets_path: 'h>_count' } },
  }),
  aggregated('pipeline: stats_bucket', {
    h: { date_histogram: hours },
    it: { stats_bucket: { buckets_path: 'h._count' } },
  }),
  aggregated('pipeline: extended_stats_bucket', {
    h: { date_histogram: hours },
    it: { extended_stats_bucket: { buckets_path: 'h>_count' } },
  }),
  aggregated('pipeline: percentiles_bucket', {
    h: { date_histogram: hours },
    it: { percentiles_bucket: { buckets_path: 'h>_count', percents: [10, 50, 90] } },
  }),
  aggregated('pipeline: in each bucket', {
    ns: {
      terms: { field: 'kubernetes.namespace', size: 2 },
      aggs: {
        d: { date_histogram: days, aggs: { all: { cumulative_sum: { buckets_path: '_count' } } } },
        most: { max_bucket: { buckets_path: 'd>_count' } },
      },
    },
  }),
  piped('derivative', { derivative: { buckets_path: 'total', unit: '1m' } }, { storeOnly: MODULE }),
  piped(
    'moving_fn',
    { moving_fn: { buckets_path: 'avg', window: 3, script: 'MovingFunctions.unweightedAvg(values)' } },
    { storeOnly: MODULE },
  ),
  piped(
    'bucket_script',
    { bucket_script: { buckets_path: { a: 'avg', t: 'total' }, script: 'params.t / params.a * 100' } },
    { storeOnly: PAINLESS },
  ),
  piped(
    'bucket_selector',
    { bucket_selector: { buckets_path: { c: '_count' }, script: 'params.c > 10' } },
    { storeOnly: PAINLESS },
  ),
  piped('rate', { rate: { unit: 'minute' } }, { storeOnly: 'the plugin `analytics`' }),
  piped(
    'top_metrics',
    { top_metrics: { metrics: { field: ms }, sort: { '@timestamp': 'desc' } } },
    { storeOnly: 'the plugin `analytics`' },
  ),
]
