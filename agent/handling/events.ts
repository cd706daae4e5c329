import type { Events, EventTable } from '#lib/events.ts'

/** What happens to the wishes of pods. */
export const HANDLING_EVENTS = {
  annotationIgnored: {
    metric: 'annotations_ignored_total',
    help: 'Annotations of pods about their logs that are not understood or not allowed; once for each value.',
    level: 'warn',
    message: 'an annotation of a pod is not followed',
  },
} as const satisfies EventTable

export type HandlingEvents = Events<typeof HANDLING_EVENTS>
