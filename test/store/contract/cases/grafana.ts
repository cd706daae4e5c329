import type { ContractCase } from '../contract-case.ts'
import { START_MS, STREAM } from '../documents.ts'

const DAY_MS = 86_400_000
const [from, to] = [START_MS + DAY_MS / 2, START_MS + DAY_MS]
const range = { range: { '@timestamp': { gte: from, lte: to, format: 'epoch_millis' } } }

const HEADER = { search_type: 'query_then_fetch', ignore_unavailable: true, index: STREAM }
const URL = '/_msearch?max_concurrent_shard_requests=5'
const lucene = (query: string) => ({ query_string: { analyze_wildcard: true, query } })
const filtered = (query: string) => ({ bool: { filter: [range, lucene(query)] } })

function sent(name: string, body: object, header: object = HEADER): ContractCase {
  return { name: `grafana: ${name}`, path: URL, body: [header, body] }
}

/** Sketches of two servers are only about the same. */
function about(tolerance: number, one: ContractCase): ContractCase {
  return { ...one, tolerance }
}

/** A panel: metrics in the buckets of a date histogram, as its query editor builds them. */
function panel(name: string, aggs: object, others: Partial<ContractCase> = {}): ContractCase {
  const histogram = {
    field: '@timestamp',
    fixed_interval: '3600000ms',
    min_doc_count: 0,
    extended_bounds: { min: from, max: to },
    format: 'epoch_millis',
  }
  return {
    ...sent(name, { size: 0, query: filtered('*'), aggs: { 2: { date_histogram: histogram, aggs } } }),
    ...others,
  }
}

const logs = {
  size: 100,
  sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'boolean' } }, { _doc: { order: 'desc' } }],
  docvalue_fields: ['@timestamp'],
  fields: [{ field: '@timestamp', format: 'strict_date_optional_time_nanos' }],
  script_fields: {},
  aggs: {
    1: {
      date_histogram: {
        field: '@timestamp',
        fixed_interval: '600000ms',
        min_doc_count: 0,
        extended_bounds: { min: from, max: to },
        format: 'epoch_millis',
      },
    },
  },
  highlight: {
    fields: { '*': {} },
    pre_tags: ['@HIGHLIGHT@'],
    post_tags: ['@/HIGHLIGHT@'],
    fragment_size: 2_147_483_647,
  },
}
const volume = {
  date_histogram: {
    field: '@timestamp',
    fixed_interval: '1800000ms',
    min_doc_count: 0,
    extended_bounds: { min: from, max: to },
    format: 'epoch_millis',
  },
}
const ms = 'attributes.duration_ms'
const average = { 1: { avg: { field: ms } } }
const MODULE = 'aggregations of the module `aggregations`'

/** What Grafana's Elasticsearch data source sends, word by word. */
export const GRAFANA: readonly ContractCase[] = [
  {
    name: 'grafana: health',
    method: 'GET',
    path: '/_cluster/health?wait_for_status=yellow',
    parts: ['timed_out', 'number_of_nodes'],
  },
  { name: 'grafana: version', method: 'GET', path: '/', parts: ['version.build_flavor', 'tagline'] },
  {
    name: 'grafana: the type of the time field',
    method: 'GET',
    path: `/${STREAM}/_field_caps?fields=@timestamp`,
    parts: ['fields.@timestamp'],
  },
  {
    name: 'grafana: fields of an index',
    method: 'GET',
    path: `/${STREAM}/_field_caps?fields=*`,
    parts: ['fields.severity_text', 'fields.message', 'fields.attributes', 'fields.severity_number'],
  },
  { name: 'grafana: mapping', method: 'GET', path: `/${STREAM}/_mapping`, parts: ['error'] },
  sent('logs', { ...logs, query: filtered('message:disk AND log.level:ERROR') }),
  sent('logs: everything', { ...logs, query: filtered('*') }),
  sent('logs: ad-hoc filters', {
    ...logs,
    query: filtered(
      'message:user AND kubernetes.namespace:"shop" AND -log.level:"INFO" AND attributes.user:"mallory \\"x\\""',
    ),
  }),
  sent('logs: sort as an object', {
    ...logs,
    sort: { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
    query: filtered('message:cache'),
  }),
  sent('logs: a range as an object', {
    ...logs,
    query: {
      bool: { filter: { range: { '@timestamp': { gte: String(from), lte: String(to), format: 'epoch_millis' } } } },
    },
  }),
  sent('logs: the context after a line', {
    ...logs,
    aggs: undefined,
    size: 10,
    sort: [{ '@timestamp': { order: 'asc', unmapped_type: 'boolean' } }, { 'attributes.seq': { order: 'asc' } }],
    query: filtered('*'),
    search_after: [`${from + 600_000}000000`, 0],
  }),
  sent(
    'logs: some of the indices are missing',
    { ...logs, query: filtered('message:disk') },
    { ...HEADER, index: 'logs-2026.11.17,logs-2026.11.18,logs-kubernetes.otel-*' },
  ),
  {
    ...sent(
      'logs: none of the indices are there',
      { ...logs, query: filtered('message:disk') },
      { ...HEADER, index: 'logs-2026.11.17,logs-2026.11.18' },
    ),
    isEmpty: true,
  },
  sent('log volume by level', {
    size: 0,
    query: filtered('*'),
    aggs: {
      2: {
        terms: { field: 'log.level', size: 500, order: { _count: 'desc' }, min_doc_count: 1, missing: 'unknown' },
        aggs: { 3: volume },
      },
    },
  }),
  sent('log volume by level, min_doc_count 0', {
    size: 0,
    query: filtered('*'),
    aggs: {
      2: {
        terms: { field: 'log.level', size: 500, order: { _count: 'desc' }, min_doc_count: 0, missing: 'unknown' },
        aggs: { 3: volume },
      },
    },
  }),
  sent('log volume', { size: 0, query: filtered('message:disk'), aggs: { 3: volume } }),
  sent('values of a variable', {
    size: 0,
    query: { bool: { filter: [range] } },
    aggs: { 1: { terms: { field: 'kubernetes.namespace', size: 500, order: { _key: 'asc' } } } },
  }),
  sent('values of a variable with a query', {
    size: 0,
    query: { bool: { filter: [range, lucene('log.level:ERROR')] } },
    aggs: { 1: { terms: { field: 'kubernetes.pod.name', size: 500, order: { _count: 'desc' } } } },
  }),
  panel('average', average),
  panel('sum', { 1: { sum: { field: ms } } }),
  panel('min and max', { 1: { min: { field: ms } }, 3: { max: { field: ms } } }),
  panel('extended_stats', { 1: { extended_stats: { field: ms, sigma: '2' } } }),
  panel('cardinality', { 1: { cardinality: { field: 'kubernetes.pod.name', precision_threshold: '3000' } } }),
  panel(
    'percentiles',
    { 1: { percentiles: { field: ms, percents: ['25', '50', '75', '95', '99'] } } },
    { tolerance: 0.02 },
  ),
  panel('missing', { 1: { avg: { field: ms, missing: '0' } } }),
  panel('cumulative_sum', { ...average, 4: { cumulative_sum: { buckets_path: '1' } } }),
  panel('serial_diff', { ...average, 4: { serial_diff: { buckets_path: '1', lag: 2 } } }),
  panel('derivative', { ...average, 4: { derivative: { buckets_path: '1', unit: '1m' } } }, { storeOnly: MODULE }),
  panel(
    'moving_fn',
    {
      ...average,
      4: { moving_fn: { buckets_path: '1', window: 5, script: 'MovingFunctions.linearWeightedAvg(values)', shift: 0 } },
    },
    { storeOnly: MODULE },
  ),
  panel(
    'bucket_script',
    {
      ...average,
      4: { bucket_script: { buckets_path: { var1: '1', c: '_count' }, script: 'params.var1 * params.c' } },
    },
    { storeOnly: 'scripts in Painless' },
  ),
  panel('rate', { 1: { rate: { field: ms, unit: 'second', mode: 'sum' } } }, { storeOnly: 'the plugin `analytics`' }),
  panel(
    'top_metrics',
    { 1: { top_metrics: { metrics: [{ field: ms }], size: '1', sort: [{ '@timestamp': 'desc' }] } } },
    { storeOnly: 'the plugin `analytics`' },
  ),
  sent('terms by a metric', {
    size: 0,
    query: filtered('*'),
    aggs: {
      3: {
        terms: { field: 'kubernetes.container.name', size: 5, order: { 1: 'desc' }, min_doc_count: 1 },
        aggs: { ...average, 2: volume },
      },
    },
  }),
  about(
    0.02,
    sent('terms by a percentile', {
      size: 0,
      query: filtered('*'),
      aggs: {
        3: {
          terms: { field: 'kubernetes.namespace', size: 5, order: { '1[95.0]': 'desc' }, min_doc_count: 1 },
          aggs: { 1: { percentiles: { field: ms, percents: ['95.0'] } } },
        },
      },
    }),
  ),
  sent('filters', {
    size: 0,
    query: filtered('*'),
    aggs: {
      2: {
        filters: { filters: { 'log.level:ERROR': lucene('log.level:ERROR'), all: lucene('*') } },
        aggs: { 3: volume },
      },
    },
  }),
  sent('histogram', {
    size: 0,
    query: filtered('*'),
    aggs: { 2: { histogram: { field: ms, interval: '1000', min_doc_count: '0' }, aggs: {} } },
  }),
  sent('geohash_grid', {
    size: 0,
    query: filtered('*'),
    aggs: { 2: { geohash_grid: { field: 'nobody', precision: '3' }, aggs: {} } },
  }),
  sent('nested', {
    size: 0,
    query: filtered('*'),
    aggs: { 2: { nested: { path: 'nobody' }, aggs: { 3: { terms: { field: 'log.level', size: 3 } } } } },
  }),
  {
    name: 'grafana: several queries',
    path: URL,
    body: [
      HEADER,
      { size: 0, query: filtered('message:disk') },
      { ...HEADER, index: 'nobody', ignore_unavailable: false },
      { size: 0 },
      HEADER,
      { size: 0, query: filtered('message:"') },
    ],
  },
]
