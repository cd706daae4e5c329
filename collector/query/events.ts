import type { Events, EventTable } from '#lib/events.ts'

/** What happens in the query API: each counter with its log line. Neither queries nor log lines are among the fields. */
export const QUERY_EVENTS = {
  answered: {
    metric: 'query_requests_total',
    help: 'Requests to the query API, by endpoint and status.',
    level: 'debug',
    message: 'answered a query',
    labels: ['endpoint', 'status'],
  },
  searchFailed: {
    metric: 'query_search_errors_total',
    help: 'Searches that Elasticsearch did not answer or refused, by reason.',
    level: 'warn',
    message: 'a search of the query API failed',
    labels: ['reason'],
  },
  recordsTailed: {
    metric: 'query_tail_records_total',
    help: 'Records that were sent to live tails.',
    level: 'debug',
    message: 'sent records to a live tail',
  },
  recordsSkipped: {
    metric: 'query_tail_skipped_records_total',
    help: 'Records that live tails left out; each tail was told how many.',
    level: 'debug',
    message: 'a live tail left out records',
  },
} as const satisfies EventTable

export type QueryEvents = Events<typeof QUERY_EVENTS>
