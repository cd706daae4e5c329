import { aggregated, aggregatedTyped, type ContractCase } from '../contract-case.ts'
import { START_MS } from '../documents.ts'

const ms = 'attributes.duration_ms'
const lucene = (query: string) => ({ query_string: { query, analyze_wildcard: true } })
const count = { n: { value_count: { field: 'attributes.seq' } } }
const few = { query: { range: { 'attributes.seq': { lt: 400 } } } }

export const BUCKETS: readonly ContractCase[] = [
  aggregated('filter', { errors: { filter: { term: { severity_text: 'ERROR' } }, aggs: count } }),
  aggregated('filter: everything', { all: { filter: { match_all: {} } } }),
  aggregated('filters: by name', {
    kinds: {
      filters: { filters: { disk: lucene('message:disk'), 'a user': lucene('message:user'), all: lucene('*') } },
    },
  }),
  aggregated('filters: a list', {
    kinds: { filters: { filters: [lucene('message:disk'), { term: { severity_text: 'WARN' } }] }, aggs: count },
  }),
  aggregated('filters: the others', {
    kinds: { filters: { filters: { disk: lucene('message:disk') }, other_bucket: true } },
  }),
  aggregated('filters: the others by name', {
    kinds: { filters: { filters: { disk: lucene('message:disk') }, other_bucket_key: 'rest' }, aggs: count },
  }),
  aggregated('filters: the others in a list', {
    kinds: { filters: { filters: [lucene('message:disk')], other_bucket: true } },
  }),
  aggregated('missing', { none: { missing: { field: 'severity_text' }, aggs: count } }),
  aggregated('missing: a field that nobody has', { none: { missing: { field: 'nobody' } } }),
  aggregated('histogram: a float', { h: { histogram: { field: ms, interval: 1000 } } }),
  aggregated('histogram: an offset', { h: { histogram: { field: ms, interval: 2500, offset: 500 } } }),
  aggregated(
    'histogram: empty intervals',
    { h: { histogram: { field: ms, interval: 10, min_doc_count: 0 } } },
    { query: { range: { 'attributes.seq': { lt: 40 } } } },
  ),
  aggregated(
    'histogram: only those with some',
    { h: { histogram: { field: ms, interval: 50, min_doc_count: 3 } } },
    few,
  ),
  aggregated(
    'histogram: extended bounds',
    { h: { histogram: { field: ms, interval: 1000, extended_bounds: { min: -3000, max: 13_000 } } } },
    few,
  ),
  aggregated(
    'histogram: hard bounds',
    { h: { histogram: { field: ms, interval: 1000, hard_bounds: { min: 2000, max: 4000 } } } },
    few,
  ),
  aggregated('histogram: by count', { h: { histogram: { field: ms, interval: 2000, order: { _count: 'desc' } } } }),
  aggregated('histogram: keyed', { h: { histogram: { field: ms, interval: 5000, keyed: true } } }),
  aggregated('histogram: small intervals', {
    h: { histogram: { field: 'attributes.sizes', interval: 0.5, min_doc_count: 1 } },
  }),
  aggregated('histogram: missing', { h: { histogram: { field: ms, interval: 5000, missing: -1 } } }),
  aggregated('histogram: texts as options', { h: { histogram: { field: ms, interval: '5000', min_doc_count: '1' } } }),
  aggregated('range', {
    r: {
      range: { field: ms, ranges: [{ to: 100 }, { from: 100, to: 1000.5 }, { from: 1000.5, key: 'slow' }] },
      aggs: count,
    },
  }),
  aggregated('range: keyed', {
    r: { range: { field: ms, keyed: true, ranges: [{ from: 5000 }, { to: 50, key: 'fast' }] } },
  }),
  aggregated('range: that overlap', {
    r: {
      range: {
        field: 'attributes.sizes',
        ranges: [
          { from: 2, to: 8 },
          { from: 0, to: 5 },
          { from: 2, to: 3 },
        ],
      },
    },
  }),
  aggregated('date_range', {
    r: {
      date_range: {
        field: '@timestamp',
        ranges: [
          { to: '2026-11-19' },
          { from: '2026-11-19', to: '2026-11-19||+12h' },
          { from: '2026-11-20T12:00:00Z' },
        ],
      },
    },
  }),
  aggregated('date_range: formatted', {
    r: {
      date_range: {
        field: '@timestamp',
        format: 'epoch_millis',
        ranges: [{ from: START_MS, to: START_MS + 1000, key: 'begin' }],
      },
    },
  }),
  aggregated('date_range: a time zone', {
    r: {
      date_range: {
        field: '@timestamp',
        time_zone: 'Europe/Berlin',
        ranges: [{ from: '2026-11-19||/d', to: '2026-11-20||/d' }],
      },
    },
  }),
  aggregated('nested: no such documents', {
    n: { nested: { path: 'nobody' }, aggs: { levels: { terms: { field: 'severity_text' } } } },
  }),
  aggregated('global', { g: { global: {}, aggs: { levels: { terms: { field: 'severity_text' } } } } }, few),
  aggregated('geohash_grid: a field that nobody has', { g: { geohash_grid: { field: 'nobody', precision: 3 } } }),
  aggregated('composite', {
    c: {
      composite: {
        size: 7,
        sources: [
          { ns: { terms: { field: 'kubernetes.namespace' } } },
          { day: { date_histogram: { field: '@timestamp', fixed_interval: '1d' } } },
        ],
      },
      aggs: count,
    },
  }),
  aggregated('composite: the next page', {
    c: {
      composite: {
        size: 7,
        sources: [
          { ns: { terms: { field: 'kubernetes.namespace', order: 'desc' } } },
          { level: { terms: { field: 'severity_text', missing_bucket: true } } },
        ],
        after: { ns: 'monitoring', level: 'INFO' },
      },
    },
  }),
  aggregated('top_hits', {
    levels: {
      terms: { field: 'severity_text', size: 3, order: { _key: 'asc' } },
      aggs: { last: { top_hits: { size: 2, sort: [{ 'attributes.seq': 'desc' }], _source: ['severity_text'] } } },
    },
  }),
  aggregatedTyped('range: doubles', {
    r: { range: { field: 'ratio', ranges: [{ to: 0 }, { from: 0, to: 1 }, { from: 1e10 }] } },
  }),
  aggregatedTyped('histogram: a byte', { h: { histogram: { field: 'small', interval: 50 } } }),
]
