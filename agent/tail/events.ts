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
  spoolFailed: {
    metric: 'spool_failures_total',
    help: 'Links in the spool that could not be made, by reason; open descriptors hold those files.',
    level: 'debug',
    message: 'cannot link a log file into the spool',
    labels: ['reason'],
  },
  spoolUnavailable: {
    metric: 'spool_failure_reasons_total',
    help: 'Reasons for which links in the spool could not be made.',
    level: 'warn',
    message:
      'cannot link log files into the spool: open descriptors hold what the kubelet deletes, for as long as the agent runs. Put logs.spool.dir on the file system of the logs and, in a container, under the same mount, writable',
  },
  shed: {
    metric: 'shed_bytes_total',
    help: 'Bytes of deleted log files that were given up before they were read, by reason.',
    level: 'error',
    message:
      'gave up the rest of a deleted log file that was not delivered yet: logs.spool.max_bytes are held, or the disk has less free than logs.spool.min_free_bytes',
    labels: ['reason'],
  },
} as const satisfies EventTable
