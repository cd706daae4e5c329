import type { Events, EventTable } from '#lib/events.ts'
import { QUEUE_EVENTS } from './queue/events.ts'
import { RECEIVE_EVENTS } from './receive/events.ts'

/** What happens in the collector: each counter with its log line. Contents of log records are never among the fields. */
export const COLLECTOR_EVENTS = {
  ...RECEIVE_EVENTS,
  ...QUEUE_EVENTS,
  entryUndecodable: {
    metric: 'queue_undecodable_entries_total',
    help: 'Entries of the queue that could not be made into documents; they are in the dead letter file as they are.',
    level: 'error',
    message: 'an entry of the queue could not be made into documents; it goes to the dead letter file as it is',
  },
  bulkFailed: {
    metric: 'bulk_failures_total',
    help: 'Bulk requests that failed as a whole and are tried again, by reason.',
    level: 'warn',
    message: 'Elasticsearch did not take a bulk request; trying again, data waits in the queue',
    labels: ['reason'],
  },
  documentsRetried: {
    metric: 'documents_retried_total',
    help: 'Documents that Elasticsearch turned away for the moment, by status.',
    level: 'warn',
    message: 'Elasticsearch turned away some documents; trying them again',
    labels: ['status'],
  },
  documentsInFailureStore: {
    metric: 'failure_store_records_total',
    help: 'Records among the indexed ones that Elasticsearch put in the failure store of the data stream.',
    level: 'warn',
    message: 'Elasticsearch put documents in the failure store; search `<data stream>::failures` for the reason',
  },
  documentsDeadLettered: {
    metric: 'dead_letter_records_total',
    help: 'Records that were written to the dead letter file, by error type.',
    level: 'error',
    message: 'documents were refused for good; they are in the dead letter file',
    labels: ['type'],
  },
  deadLettersDropped: {
    metric: 'dead_letter_lines_dropped_total',
    help: 'Lines of dead letter files that were deleted to keep dead_letter.max_bytes.',
    level: 'error',
    message: 'deleted the oldest dead letter file to keep dead_letter.max_bytes',
  },
  deadLetterFailed: {
    metric: 'dead_letter_write_errors_total',
    help: 'Writes to the dead letter file that failed and are tried again.',
    level: 'error',
    message: 'cannot write to the dead letter file; trying again',
  },
  templateFailed: {
    metric: 'template_failures_total',
    help: 'Attempts to put the index template that failed.',
    level: 'warn',
    message: 'cannot put the index template; trying again, data waits in the queue',
  },
} as const satisfies EventTable

export type CollectorEvents = Events<typeof COLLECTOR_EVENTS>
