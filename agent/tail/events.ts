import type { EventTable } from '#lib/events.ts'

/** What happens to log files that are not read the common way. */
export const TAIL_EVENTS = {
  compressedRead: {
    metric: 'compressed_files_read_total',
    help: 'Compressed log files that were read, because the plain one was gone before all of it was.',
    level: 'info',
    message: 'reading a compressed log file: the plain one was gone before all of it was read',
  },
  compressedDamaged: {
    metric: 'compressed_files_damaged_total',
    help: 'Compressed log files of which not everything could be decompressed.',
    level: 'error',
    message: 'a compressed log file is damaged; what can be decompressed is shipped',
  },
  gapFound: {
    metric: 'log_gaps_total',
    help: 'Containers whose log files were all deleted while the agent was away.',
    level: 'error',
    message:
      'all log files that were known of a container have been deleted while the agent was away; lines may be lost. Have the kubelet keep more files: containerLogMaxFiles',
  },
} as const satisfies EventTable
