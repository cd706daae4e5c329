import type { EventTable } from '#lib/events.ts'

/** What happens while the journal is read. */
export const JOURNALD_EVENTS = {
  journalctlEnded: {
    metric: 'journalctl_ends_total',
    help: 'Times that journalctl ended, or could not be started; it is started again where it was.',
    level: 'error',
    message:
      'journalctl ended; starting it again where it was. If it goes on: run it by hand as the same user, with the same directory',
  },
  journalUnreadable: {
    metric: 'journal_entries_unreadable_total',
    help: 'Lines of journalctl that are no entries with a cursor.',
    level: 'error',
    message: 'a line of journalctl is no entry with a cursor; it is left out',
  },
  journalGap: {
    metric: 'journal_gaps_total',
    help: 'Times that the entry where reading was to go on was not in the journal any more.',
    level: 'error',
    message:
      'the entry of the journal where reading was to go on is not there any more; others may be lost. Have journald keep more: SystemMaxUse in journald.conf',
  },
} as const satisfies EventTable
