import type { EventTable } from '#lib/events.ts'
import { QUEUE_EVENTS } from '../queue/events.ts'

/** What rules of the configuration do to records; it is told of by the metric alone as a rule. */
export const SHAPE_EVENTS = {
  recordsFiltered: {
    metric: QUEUE_EVENTS.recordsDropped.metric,
    help: QUEUE_EVENTS.recordsDropped.help,
    level: 'debug',
    message: 'dropped records by a rule of the configuration',
    labels: QUEUE_EVENTS.recordsDropped.labels,
  },
  shapingFailed: {
    metric: 'shape_failures_total',
    help: 'Records that could not be shaped; they are indexed as they came.',
    level: 'error',
    message: 'could not shape a record; it is indexed as it came',
  },
} as const satisfies EventTable
