import type { Events, EventTable } from '#lib/events.ts'
import { SHIP_EVENTS } from '../ship/events.ts'

/** What happens to records that are not wanted. They are dropped on purpose, and told of by the metric alone as a rule. */
export const FILTER_EVENTS = {
  recordsFiltered: {
    metric: SHIP_EVENTS.recordsDropped.metric,
    help: SHIP_EVENTS.recordsDropped.help,
    level: 'debug',
    message: 'dropped records by a rule of the configuration',
    labels: SHIP_EVENTS.recordsDropped.labels,
  },
} as const satisfies EventTable

export type FilterEvents = Events<typeof FILTER_EVENTS>
