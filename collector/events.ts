import type { Events, EventTable } from '#lib/events.ts'
import { DEAD_LETTER_EVENTS } from './dead-letter/events.ts'
import { INDEX_EVENTS } from './index/events.ts'
import { PUSH_EVENTS } from './push/events.ts'
import { QUEUE_EVENTS } from './queue/events.ts'
import { RECEIVE_EVENTS } from './receive/events.ts'
import { REMOTE_WRITE_EVENTS } from './remote-write/events.ts'
import { SELF_CHECK_EVENTS } from './self-check/events.ts'
import { SHAPE_EVENTS } from './shape/events.ts'

/** What happens in the collector: each counter with its log line. Contents of log records are never among the fields. */
export const COLLECTOR_EVENTS = {
  ...RECEIVE_EVENTS,
  ...QUEUE_EVENTS,
  ...SHAPE_EVENTS,
  entryUndecodable: {
    metric: 'queue_undecodable_entries_total',
    help: 'Entries of the queue that could not be made into documents; they are dead letters as they are.',
    level: 'error',
    message: 'an entry of the queue could not be made into documents; it becomes a dead letter as it is',
  },
  ...INDEX_EVENTS,
  ...DEAD_LETTER_EVENTS,
  ...REMOTE_WRITE_EVENTS,
  ...SELF_CHECK_EVENTS,
  ...PUSH_EVENTS,
} as const satisfies EventTable

export type CollectorEvents = Events<typeof COLLECTOR_EVENTS>
