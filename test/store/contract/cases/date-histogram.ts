import { aggregated, aggregatedTyped, type ContractCase } from '../contract-case.ts'
import { START_MS } from '../documents.ts'

const HOUR_MS = 3_600_000
const field = '@timestamp'

function over(name: string, options: object, others: object = {}): ContractCase {
  return aggregated(`date_histogram: ${name}`, { times: { date_histogram: { field, ...options } } }, others)
}

/** Some records of the first hour. */
const first = {
  query: {
    bool: {
      filter: [{ range: { [field]: { gte: START_MS, lt: START_MS + HOUR_MS } } }, { term: { severity_text: 'FATAL' } }],
    },
  },
}

export const DATE_HISTOGRAM: readonly ContractCase[] = [
  over('an hour', { fixed_interval: '1h' }),
  over('milliseconds', { fixed_interval: '7200000ms' }),
  over('90 minutes', { fixed_interval: '90m' }),
  over('a day', { calendar_interval: 'day' }),
  over('a day of clocks elsewhere', { calendar_interval: '1d', time_zone: 'America/New_York' }),
  over('a week', { calendar_interval: 'week' }),
  over('a month', { calendar_interval: '1M' }),
  over('a quarter', { calendar_interval: '1q' }),
  over('a year in a time zone', { calendar_interval: 'year', time_zone: '-05:00' }),
  over('twelve hours in a time zone', { fixed_interval: '12h', time_zone: 'Asia/Kolkata' }),
  over('an offset', { fixed_interval: '6h', offset: '+2h' }),
  over('a negative offset', { calendar_interval: 'day', offset: '-6h' }),
  over('epoch_millis', { fixed_interval: '1d', format: 'epoch_millis' }),
  over('a format with nanoseconds', { fixed_interval: '1d', format: 'strict_date_optional_time_nanos' }),
  over('empty intervals', { fixed_interval: '1m', min_doc_count: 0 }, first),
  over('only intervals with two', { fixed_interval: '1m', min_doc_count: 2 }, first),
  over(
    'extended bounds',
    {
      fixed_interval: '10m',
      min_doc_count: 0,
      extended_bounds: { min: START_MS - HOUR_MS, max: START_MS + 2 * HOUR_MS },
    },
    first,
  ),
  over(
    'extended bounds as texts',
    { fixed_interval: '10m', extended_bounds: { min: '2026-11-17T23:00:00Z', max: '2026-11-18T02:00:00Z' } },
    first,
  ),
  over(
    'extended bounds that are formatted',
    {
      fixed_interval: '10m',
      format: 'epoch_millis',
      extended_bounds: { min: String(START_MS - HOUR_MS), max: String(START_MS + HOUR_MS) },
    },
    first,
  ),
  over('hard bounds', {
    fixed_interval: '1h',
    hard_bounds: { min: START_MS + 5 * HOUR_MS, max: START_MS + 8 * HOUR_MS },
  }),
  over('by count', { fixed_interval: '1h', order: { _count: 'desc' } }),
  over('newest first', { fixed_interval: '6h', order: { _key: 'desc' } }),
  over('keyed', { fixed_interval: '1d', keyed: true }),
  over('nothing matches', { fixed_interval: '1h', min_doc_count: 0 }, { query: { term: { severity_text: 'NOBODY' } } }),
  over(
    'nothing matches, with extended bounds',
    { fixed_interval: '1h', min_doc_count: 0, extended_bounds: { min: START_MS, max: START_MS + 3 * HOUR_MS } },
    { query: { term: { severity_text: 'NOBODY' } } },
  ),
  aggregated('date_histogram: another field', {
    times: { date_histogram: { field: 'observed_timestamp', fixed_interval: '12h' } },
  }),
  aggregated('date_histogram: a field that nobody has', {
    times: { date_histogram: { field: 'nobody', fixed_interval: '12h' } },
  }),
  aggregatedTyped('date_histogram: a date with several values', {
    times: { date_histogram: { field: 'when', fixed_interval: '6h' } },
  }),
  aggregatedTyped('date_histogram: missing', {
    times: { date_histogram: { field: 'when', calendar_interval: 'day', missing: '2026-11-01' } },
  }),
  aggregatedTyped('date_histogram: a date_nanos', {
    times: { date_histogram: { field: 'at', fixed_interval: '1d', min_doc_count: 1 } },
  }),
].map((one) => (one.name.includes('nothing') || one.name.includes('nobody') ? { ...one, isEmpty: true } : one))
