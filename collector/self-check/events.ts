import type { Events, EventTable } from '#lib/events.ts'

const FOUND = {
  metric: 'elasticsearch_findings_total',
  help: 'What the check of Elasticsearch at start found, by check and gravity.',
  labels: ['check', 'status'],
} as const

/** What the check at start says: a line for each finding. */
export const SELF_CHECK_EVENTS = {
  checkPassed: { ...FOUND, level: 'info', message: 'checked Elasticsearch: all is well' },
  checkWarned: { ...FOUND, level: 'warn', message: 'checked Elasticsearch: not as it should be' },
  checkFailed: { ...FOUND, level: 'error', message: 'checked Elasticsearch: something is wrong' },
} as const satisfies EventTable

export type SelfCheckEvents = Events<typeof SELF_CHECK_EVENTS>
