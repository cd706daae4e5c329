import type { Events, EventTable } from '#lib/events.ts'
import { FILES_EVENTS } from './files/events.ts'
import { FILTER_EVENTS } from './filter/events.ts'
import { CONTAINER_EVENTS } from './gather/container/events.ts'
import { GATHER_EVENTS } from './gather/events.ts'
import { NODE_EVENTS } from './gather/node/events.ts'
import { SCRAPE_EVENTS } from './gather/page/events.ts'
import { HANDLING_EVENTS } from './handling/events.ts'
import { JOURNALD_EVENTS } from './journald/events.ts'
import { METADATA_EVENTS } from './metadata/events.ts'
import { SHIP_EVENTS } from './ship/events.ts'
import { TAIL_EVENTS } from './tail/events.ts'

/** What happens in the agent: each counter with its log line. Bodies of log records are never among the fields. */
export const AGENT_EVENTS = {
  ...FILES_EVENTS,
  ...JOURNALD_EVENTS,
  ...METADATA_EVENTS,
  ...SHIP_EVENTS,
  ...TAIL_EVENTS,
  ...HANDLING_EVENTS,
  ...SCRAPE_EVENTS,
  ...FILTER_EVENTS,
  ...GATHER_EVENTS,
  ...CONTAINER_EVENTS,
  ...NODE_EVENTS,
  fileOpened: {
    metric: 'files_opened_total',
    help: 'Log files that were opened.',
    level: 'debug',
    message: 'opened a log file',
  },
  fileClosed: {
    metric: 'files_closed_total',
    help: 'Log files that were read to the end, acknowledged and closed.',
    level: 'debug',
    message: 'closed a log file',
  },
  fileUnreadable: {
    metric: 'files_unreadable_total',
    help: 'Attempts to open a log file that failed.',
    level: 'error',
    message:
      'cannot open a log file; its lines are not shipped until it can be. For EACCES run the agent as root or with CAP_DAC_READ_SEARCH, for EMFILE raise its limit of open files',
    linePer: 'path',
  },
  fileTruncated: {
    metric: 'files_truncated_total',
    help: 'Log files whose content was replaced under the reader.',
    level: 'warn',
    message: 'a log file was truncated; what was not read before is gone',
  },
  readFailed: {
    metric: 'file_read_errors_total',
    help: 'Reads of a log file that failed.',
    level: 'error',
    message: 'cannot read a log file; trying again',
  },
  unlinkedLost: {
    metric: 'unread_deleted_bytes_total',
    help: 'Bytes of deleted log files that the agent could not read before it stopped.',
    level: 'error',
    message: 'stopped before the rest of a deleted log file was read; it is lost. Raise shutdown.drain_timeout',
  },
  discoveryFailed: {
    metric: 'discovery_errors_total',
    help: 'Directories that could not be listed.',
    level: 'error',
    message: 'cannot list a directory of log files; trying again',
    linePer: 'path',
  },
  linkBroken: {
    metric: 'links_broken_total',
    help: 'Listings of a container whose log files are links to a place that this process cannot see.',
    level: 'error',
    message:
      "a log file is a link to a directory that does not exist here. Mount it at the same path: with Docker that is /var/lib/docker/containers, or where Docker's data-root is",
    linePer: 'path',
  },
  watchFailed: {
    metric: 'watch_errors_total',
    help: 'Times that a directory could not be watched; those that cannot are polled until they can be.',
    level: 'warn',
    message:
      'cannot watch a directory. It, and all that follow, are polled instead, so lines come up to logs.reconcile_interval later. For ENOSPC raise fs.inotify.max_user_watches, for EMFILE fs.inotify.max_user_instances or the limit of open files',
  },
  checkpointFailed: {
    metric: 'checkpoint_errors_total',
    help: 'Writes of checkpoints that failed. Shipping goes on; a restart would send more lines again.',
    level: 'error',
    message: 'cannot write checkpoints; shipping goes on, a restart would send more lines again',
  },
  checkpointDamaged: {
    metric: 'checkpoint_lost_bytes_total',
    help: 'Bytes of the checkpoint log that could not be read at start.',
    level: 'warn',
    message: 'part of the checkpoint log could not be read; some lines are sent again under the same ids',
  },
} as const satisfies EventTable

export type AgentEvents = Events<typeof AGENT_EVENTS>
