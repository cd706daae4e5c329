import type { Events, EventTable } from '#lib/events.ts'

/** What happens while metrics are gathered and sent. */
export const GATHER_EVENTS = {
  gatherFailed: {
    metric: 'gather_failures_total',
    help: 'Rounds in which something that gathers metrics failed as a whole.',
    level: 'error',
    message: 'cannot gather metrics; trying again in the next round',
    labels: ['gatherer'],
  },
  roundSkipped: {
    metric: 'gather_rounds_skipped_total',
    help: 'Rounds that were left out because the one before was not over.',
    level: 'warn',
    message: 'gathering metrics takes longer than gather.interval; left a round out',
    labels: ['gatherer'],
  },
  metricsSendFailed: {
    metric: 'metrics_send_failures_total',
    help: 'Requests of metrics that failed and are tried again, by reason.',
    level: 'warn',
    message: 'cannot deliver metrics to a collector; trying again while there is room for them in memory',
    labels: ['reason'],
  },
  pointsDropped: {
    metric: 'metric_points_dropped_total',
    help: 'Values of metrics that were given up, by reason: no room while no collector answered, or a collector does not take them.',
    level: 'warn',
    message: 'gave up values of metrics',
    labels: ['reason'],
  },
} as const satisfies EventTable

export type GatherEvents = Events<typeof GATHER_EVENTS>
