import { aggregated, aggregatedTyped, type ContractCase } from '../contract-case.ts'

function terms(name: string, options: object, others: object = {}, aggs: object = {}): ContractCase {
  return aggregated(
    `terms: ${name}`,
    { values: { terms: options, ...(Object.keys(aggs).length === 0 ? {} : { aggs }) } },
    others,
  )
}

function typed(name: string, options: object): ContractCase {
  return aggregatedTyped(`terms: ${name}`, { values: { terms: options } })
}

const level = 'severity_text'
const seconds = { seconds: { avg: { field: 'attributes.duration_ms' } } }
const errors = { query: { term: { [level]: 'ERROR' } } }

export const TERMS: readonly ContractCase[] = [
  terms('a keyword', { field: level }),
  terms('an alias', { field: 'kubernetes.namespace', size: 500 }),
  terms('the first two', { field: level, size: 2 }),
  terms('by key', { field: level, order: { _key: 'asc' } }),
  terms('by key, backwards', { field: level, order: { _key: 'desc' }, size: 3 }),
  terms('rarest first', { field: level, order: { _count: 'asc' }, size: 3 }),
  terms('by two orders', {
    field: 'kubernetes.container.name',
    order: [{ _count: 'desc' }, { _key: 'desc' }],
    size: 20,
  }),
  terms('by a metric', { field: 'kubernetes.container.name', order: { seconds: 'desc' }, size: 5 }, {}, seconds),
  terms(
    'by a metric, upwards',
    { field: 'kubernetes.container.name', order: [{ seconds: 'asc' }, { _key: 'asc' }], size: 5 },
    {},
    seconds,
  ),
  terms(
    'by a part of a metric',
    { field: 'kubernetes.container.name', order: [{ 'all.sum': 'desc' }, { _key: 'asc' }] },
    {},
    { all: { stats: { field: 'attributes.duration_ms' } } },
  ),
  terms('by a cardinality', { field: 'kubernetes.namespace', order: [{ c: 'desc' }, { _key: 'asc' }] }, errors, {
    c: { cardinality: { field: 'kubernetes.pod.name' } },
  }),
  terms(
    'by the count of a filter',
    { field: 'kubernetes.namespace', order: [{ 'bad>n': 'desc' }, { _key: 'asc' }] },
    {},
    { bad: { filter: { term: { [level]: 'ERROR' } }, aggs: { n: { value_count: { field: level } } } } },
  ),
  terms('missing', { field: level, missing: 'unknown' }),
  terms('missing that is also a value', { field: level, missing: 'INFO' }),
  terms('min_doc_count', { field: level, min_doc_count: 500 }),
  terms('include a pattern', { field: level, include: 'E.*|F.*' }),
  terms('exclude a pattern', { field: level, exclude: '[a-z]+' }),
  terms('include a list', { field: level, include: ['ERROR', 'WARN', 'NOBODY'] }),
  terms('include and exclude', { field: 'kubernetes.container.name', include: 'c.*', exclude: ['cron'] }),
  terms('a key of a flattened field', { field: 'resource.attributes.k8s.pod.label.app.kubernetes.io/name' }),
  terms('a whole flattened field', { field: 'resource.attributes.k8s.pod.label', size: 50 }),
  terms('a list', { field: 'attributes.tags' }),
  terms('a number', { field: 'severity_number' }),
  terms('a long', { field: 'attributes.http.status', order: { _key: 'desc' } }),
  terms('a boolean', { field: 'attributes.cached' }),
  terms('a field with a few of many values', { field: 'kubernetes.pod.name', size: 3 }, errors),
  terms('texts of all kinds', { field: 'attributes.user', size: 20, order: { _key: 'asc' } }),
  { ...terms('a field that nobody has', { field: 'attributes.nobody' }), isEmpty: true },
  terms('a field that nobody has, missing', { field: 'attributes.nobody', missing: 'none' }),
  { ...terms('min_doc_count of 0', { field: level, min_doc_count: 0, order: { _key: 'asc' } }, errors) },
  typed('a keyword with several values', { field: 'level', size: 20, order: { _key: 'asc' } }),
  typed('longs beyond 2^53', { field: 'count', size: 20, order: { _key: 'desc' } }),
  typed('a byte', { field: 'small', order: { _key: 'asc' } }),
  typed('doubles', { field: 'ratio', order: { _key: 'asc' } }),
  typed('booleans', { field: 'ok', missing: true }),
  typed('dates', { field: 'when', size: 3, order: { _key: 'asc' } }),
  typed('dates of nanoseconds', { field: 'at', size: 3, order: { _key: 'desc' } }),
  typed('a multi-field', { field: 'text.raw', size: 20, order: { _key: 'asc' } }),
  typed('a label', { field: 'labels.app' }),
  typed('through passthrough', { field: 'region' }),
  typed('numbers that are missing', { field: 'small', missing: 99 }),
]
