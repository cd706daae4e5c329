import type { Events } from '#lib/events.ts'

/** Everything that can happen in the store and is worth counting, with its log line. */
export const STORE_EVENTS = {
  blockCorrupt: {
    metric: 'corrupt_blocks_total',
    help: 'Blocks that could not be read because their bytes are not those that were written; their documents are lost.',
    level: 'error',
    message: 'a block is damaged; its documents cannot be read',
  },
  dayFileCorrupt: {
    metric: 'corrupt_day_files_total',
    help: 'Day files that SQLite called corrupt and that were set aside.',
    level: 'error',
    message: 'a day file is damaged and was set aside; its documents are not searched',
  },
  stateFileCorrupt: {
    metric: 'corrupt_state_files_total',
    help: 'State files that SQLite called corrupt and that were set aside.',
    level: 'error',
    message: 'the state file is damaged and was set aside; templates are lost, indices are read from the day files',
  },
  closeFailed: {
    metric: 'close_failures_total',
    help: 'Files that could not be closed cleanly; nothing that was acknowledged depends on it.',
    level: 'warn',
    message: 'a file could not be closed cleanly',
  },
  diskFull: {
    metric: 'disk_full_total',
    help: 'Requests that could not be stored because the disk is full; senders repeat them.',
    level: 'error',
    message: 'the disk is full: free some space, or lower retention.max_bytes; senders wait and repeat',
  },
  maintenanceFailed: {
    metric: 'maintenance_failures_total',
    help: 'Background tasks that failed and will be tried again, by task.',
    level: 'warn',
    message: 'a background task failed; it will be tried again',
    labels: ['task'],
  },
  retentionRemoved: {
    metric: 'retention_removed_days_total',
    help: 'Day files that retention removed, by reason.',
    level: 'info',
    message: 'retention removed a day',
    labels: ['reason'],
  },
  retentionBlocked: {
    metric: 'retention_blocked_total',
    help: 'Times that the newest day alone was larger than retention.max_bytes and was kept.',
    level: 'warn',
    message: 'the newest day alone is larger than retention.max_bytes; it is kept',
  },
  diskLow: {
    metric: 'disk_low_total',
    help: 'Times that less than retention.min_free_bytes of the disk was free and no day was left to remove but the newest.',
    level: 'warn',
    message:
      'the disk has less free than retention.min_free_bytes, and only the newest day is left: something else fills it',
  },
  requestFailed: {
    metric: 'request_failures_total',
    help: 'Requests that ended with an unexpected error of the store itself.',
    level: 'error',
    message: 'a request failed unexpectedly',
  },
} as const

export type StoreEvents = Events<typeof STORE_EVENTS>
