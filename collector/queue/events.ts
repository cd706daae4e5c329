import type { Events, EventTable } from '#lib/events.ts'

/** What happens to the queue. */
export const QUEUE_EVENTS = {
  queueFull: {
    metric: 'queue_full_total',
    help: 'Requests that were turned away because the queue was full.',
    level: 'error',
    message: 'the queue is full; senders have to wait. Is Elasticsearch reachable? See queue.max_bytes',
  },
  queueDiskLow: {
    metric: 'queue_disk_low_total',
    help: 'Requests that were turned away because the disk of the queue had less than queue.min_free_bytes free.',
    level: 'error',
    message: 'the disk of the queue is nearly full; senders have to wait. Free some space, or see queue.min_free_bytes',
  },
  queueFilling: {
    metric: 'queue_alarms_total',
    help: 'How often the queue became fuller than a threshold of queue.alarm_percent.',
    level: 'warn',
    message: 'the queue is filling up: Elasticsearch takes less than comes in. See queue_full_in_seconds',
    labels: ['percent'],
  },
  queueRelieved: {
    metric: 'queue_alarms_ended_total',
    help: 'How often the queue was well below a threshold of queue.alarm_percent again.',
    level: 'info',
    message: 'the queue has room again',
    labels: ['percent'],
  },
  recordsDropped: {
    metric: 'records_dropped_total',
    help: 'Records that were dropped on purpose, by reason: `rule:<name>` of shape.rules, `queue_full` where queue.when_full says so.',
    level: 'error',
    message: 'dropped the oldest file of the queue, because it is full and queue.when_full is drop_oldest',
    labels: ['reason'],
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
  queueReadFailed: {
    metric: 'queue_read_errors_total',
    help: 'Reads of the queue that failed and are tried again.',
    level: 'error',
    message: 'cannot read the queue; trying again. Check the disk',
  },
} as const satisfies EventTable

export type QueueEvents = Events<typeof QUEUE_EVENTS>
