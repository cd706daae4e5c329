import type { EventTable } from '#lib/events.ts'

/** What happens while requests are received. */
export const RECEIVE_EVENTS = {
  requestRefused: {
    metric: 'requests_refused_total',
    help: 'Requests that were refused, by transport and reason.',
    level: 'warn',
    message: 'refused a request',
    labels: ['transport', 'reason'],
  },
  recordsRejected: {
    metric: 'records_rejected_total',
    help: 'Records that were refused for good while their neighbours were taken, by reason. Their senders were told.',
    level: 'warn',
    message: 'refused records of a request; the others were taken',
    labels: ['reason'],
  },
  pointsRejected: {
    metric: 'metric_points_rejected_total',
    help: 'Points of metrics that were refused while their neighbours were taken, by reason. Their senders were told.',
    level: 'warn',
    message: 'refused points of metrics; the others were taken',
    labels: ['reason'],
  },
} as const satisfies EventTable
