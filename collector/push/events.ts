import type { EventTable } from '#lib/events.ts'

/** What happens to metrics that jobs push. */
export const PUSH_EVENTS = {
  pushRefused: {
    metric: 'pushes_refused_total',
    help: 'Pushes and deletions that were refused, by reason.',
    level: 'warn',
    message: 'refused a push; the sender was told why',
    labels: ['reason'],
  },
  pushExpired: {
    metric: 'push_groups_expired_total',
    help: 'Groups of pushed metrics that went because their time to live was over.',
    level: 'info',
    message: 'removed groups of pushed metrics whose time to live was over',
  },
  pushWriteFailed: {
    metric: 'push_write_failures_total',
    help: 'Changes of pushed groups that could not be written to disk; the senders were told to try again.',
    level: 'error',
    message: 'could not write a change of pushed metrics to disk; it is taken back',
  },
  pushFilesRepaired: {
    metric: 'push_damaged_records_total',
    help: 'Records of pushed groups that were damaged on disk. What was cut from the end of the last file was never answered and is not among them.',
    level: 'warn',
    message: 'files of pushed metrics were damaged; the groups are as they were before',
  },
  pushedSeriesRefused: {
    metric: 'push_series_refused_total',
    help: 'Pushed series for which there was no room in the table of series when the collector started, by reason.',
    level: 'error',
    message: 'pushed series from before the start do not fit into the table of series',
    labels: ['reason'],
  },
} as const satisfies EventTable
