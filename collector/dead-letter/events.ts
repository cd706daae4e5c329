import type { Events, EventTable } from '#lib/events.ts'

/** What happens to dead letters: each counter with its log line. Contents of documents are never among the fields. */
export const DEAD_LETTER_EVENTS = {
  documentsDeadLettered: {
    metric: 'dead_letter_records_total',
    help: 'Records that became dead letters, by error type.',
    level: 'error',
    message: 'documents were refused for good; see `vedette dead-letter list`',
    labels: ['type'],
  },
  deadLettersDropped: {
    metric: 'dead_letters_dropped_total',
    help: 'Dead letters that were deleted: to keep dead_letter.max_bytes, or by hand.',
    level: 'error',
    message: 'deleted dead letters',
    labels: ['reason'],
  },
  deadLettersReplayed: {
    metric: 'dead_letters_replayed_total',
    help: 'Dead letters that were put in the queue again.',
    level: 'info',
    message: 'put dead letters in the queue again',
  },
  deadLetterFailed: {
    metric: 'dead_letter_write_errors_total',
    help: 'Writes of dead letters that failed and are tried again.',
    level: 'error',
    message: 'cannot write dead letters; trying again',
  },
  oldDeadLetterFiles: {
    metric: 'dead_letter_old_files_total',
    help: 'Dead letter files of an earlier version that were found at start. They are left as they are.',
    level: 'warn',
    message: 'there are dead letter files of an earlier version (dead-letter-*.ndjson); they are left as they are',
  },
} as const satisfies EventTable

export type DeadLetterEvents = Events<typeof DEAD_LETTER_EVENTS>
