import { aggregated, aggregatedTyped, type ContractCase } from '../contract-case.ts'

const ms = 'attributes.duration_ms'
const errors = { query: { term: { severity_text: 'ERROR' } } }
const few = { query: { range: { 'attributes.seq': { lt: 600 } } } }
const none = { query: { term: { severity_text: 'NOBODY' } } }

function metric(name: string, type: string, options: object, others: object = {}): ContractCase {
  return aggregated(`${type}: ${name}`, { it: { [type]: options } }, others)
}

function typed(name: string, type: string, options: object): ContractCase {
  return aggregatedTyped(`${type}: ${name}`, { it: { [type]: options } })
}

export const METRICS: readonly ContractCase[] = [
  metric('a float', 'min', { field: ms }),
  metric('a float', 'max', { field: ms }),
  metric('a float', 'avg', { field: ms }),
  metric('a float', 'sum', { field: ms }, errors),
  metric('missing', 'avg', { field: ms, missing: 0 }),
  metric('missing', 'sum', { field: ms, missing: '2.5' }),
  metric('nothing matches', 'avg', { field: ms }, none),
  metric('nothing matches', 'sum', { field: ms }, none),
  metric('nothing matches', 'min', { field: ms }, none),
  metric('a field that nobody has', 'max', { field: 'nobody' }),
  metric('a field that nobody has, missing', 'max', { field: 'nobody', missing: 7 }),
  metric('a time', 'max', { field: '@timestamp' }),
  metric('a time', 'min', { field: '@timestamp' }, errors),
  metric('a time', 'avg', { field: 'observed_timestamp' }),
  metric('lists', 'sum', { field: 'attributes.sizes' }),
  metric('a float', 'stats', { field: ms }),
  metric('nothing matches', 'stats', { field: ms }, none),
  metric('a float', 'extended_stats', { field: ms }),
  metric('sigma', 'extended_stats', { field: ms, sigma: 3 }, errors),
  metric('nothing matches', 'extended_stats', { field: ms }, none),
  metric('one value', 'extended_stats', { field: ms }, { query: { term: { 'attributes.seq': 2 } } }),
  metric('a keyword', 'value_count', { field: 'severity_text' }),
  metric('lists', 'value_count', { field: 'attributes.sizes' }),
  metric('a field that nobody has', 'value_count', { field: 'nobody' }),
  metric('missing', 'value_count', { field: ms, missing: 0 }),
  metric('a keyword', 'cardinality', { field: 'kubernetes.pod.name' }),
  metric('a keyword with missing', 'cardinality', { field: 'severity_text', missing: 'none' }),
  metric('a number', 'cardinality', { field: 'attributes.http.status' }),
  metric('a key of a flattened field', 'cardinality', { field: 'resource.attributes.k8s.pod.label.app' }),
  metric('a field that nobody has', 'cardinality', { field: 'nobody' }),
  { ...metric('very many', 'cardinality', { field: 'span_id' }), tolerance: 0.05 },
  {
    ...metric('very many, precisely', 'cardinality', { field: 'trace_id', precision_threshold: 40_000 }),
    tolerance: 0.03,
  },
  metric('few values', 'percentiles', { field: ms, percents: [25, 50, '75', 99.9] }, few),
  metric('as a list', 'percentiles', { field: ms, percents: [50], keyed: false }, few),
  metric('nothing matches', 'percentiles', { field: ms }, none),
  { ...metric('many values', 'percentiles', { field: ms }), tolerance: 0.02 },
  typed('a byte', 'sum', { field: 'small' }),
  typed('longs beyond 2^53', 'max', { field: 'count' }),
  typed('doubles', 'stats', { field: 'ratio' }),
  typed('booleans', 'avg', { field: 'ok' }),
  typed('booleans', 'max', { field: 'ok' }),
  typed('booleans', 'cardinality', { field: 'ok' }),
  typed('a date', 'stats', { field: 'when' }),
  typed('a date_nanos', 'max', { field: 'at' }),
  typed('a date_nanos', 'cardinality', { field: 'at' }),
].map((one) => (/nothing|nobody/.test(one.name) ? { ...one, isEmpty: true } : one))
