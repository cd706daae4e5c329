/** What of the journal is read. */
export interface JournalFilter {
  /** Empty for the journal of this machine. */
  readonly directory: string
  readonly units: readonly string[]
  readonly identifiers: readonly string[]
  /** Least severe priority, `emerg` to `debug`. */
  readonly priority: string
  /** `FIELD=value`. */
  readonly matches: readonly string[]
}

/** Where reading begins. */
export type JournalStart = { readonly cursor: string } | { readonly sinceMs: number }

/** What of the arguments decides which entries there are. */
export function filterArguments({
  directory,
  units,
  identifiers,
  priority,
  matches,
}: JournalFilter): readonly string[] {
  return [
    ...(directory === '' ? [] : [`--directory=${directory}`]),
    ...units.map((unit) => `--unit=${unit}`),
    ...identifiers.map((identifier) => `--identifier=${identifier}`),
    ...(priority === 'debug' ? [] : [`--priority=${priority}`]),
    ...matches,
  ]
}

/**
 * The arguments of a journalctl that follows the journal. Three of them matter more than they seem to (seen with systemd
 * 252):
 *
 * - `--cursor`, not `--after-cursor`: if its entry is gone the latter leaves out one that was never read;
 * - `--merge`, because without it `--follow` leaves out what was written before this boot;
 * - `--all`, or fields beyond 4 KiB are null.
 */
export function journalctlArguments(filter: JournalFilter, start: JournalStart): readonly string[] {
  return [
    ...['--follow', '--no-tail', '--merge', '--all', '--output=json', '--no-pager'],
    ...('cursor' in start
      ? [`--cursor=${start.cursor}`]
      : start.sinceMs === 0
        ? []
        : [`--since=${timeOf(start.sinceMs)}`]),
    ...filterArguments(filter),
  ]
}

/** Whole seconds, not later than the time. */
function timeOf(epochMs: number): string {
  return `@${Math.floor(epochMs / 1000)}`
}
