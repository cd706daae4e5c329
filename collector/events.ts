import type { Events, EventTable } from '#lib/events.ts'

/** What happens in the collector: each counter with its log line. Contents of log records are never among the fields. */
export const COLLECTOR_EVENTS = {
  requestRefused: {
    metric: 'otlp_requests_refused_total',
    help: 'OTLP requests that were refused, by reason.',
    level: 'warn',
    message: 'refused an OTLP request',
    labels: ['reason'],
  },
  queueFull: {
    metric: 'queue_full_total',
    help: 'Requests that were turned away because the queue was full.',
    level: 'error',
    message: 'the queue is full; senders have to wait. Is Elasticsearch reachable? See queue.max_bytes',
  },
  queueWriteFailed: {
    metric: 'queue_write_errors_total',
    help: 'Writes to the queue that failed.',
    level: 'error',
    message: 'cannot write to the queue; senders have to wait',
  },
  queueTailCut: {
    metric: 'queue_tail_cut_bytes_total',
    help: 'Bytes of an interrupted write that were cut from the queue at start. They had not been acknowledged.',
    level: 'info',
    message: 'cut an interrupted write from the queue; its sender sends it again',
  },
  queueDamaged: {
    metric: 'queue_lost_records_total',
    help: 'Records that were damaged on disk.',
    level: 'error',
    message: 'records in the queue were damaged on disk and are lost; check the disk',
  },
  entryUndecodable: {
    metric: 'queue_undecodable_entries_total',
    help: 'Entries of the queue that could not be decoded.',
    level: 'error',
    message: 'an entry of the queue could not be decoded; its records go to the dead letter file as they are',
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
  documentsDeadLettered: {
    metric: 'dead_letter_records_total',
    help: 'Documents that Elasticsearch will never take, by error type; they are in the dead letter file.',
    level: 'error',
    message: 'Elasticsearch refused documents for good; they are in the dead letter file',
    labels: ['type'],
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
