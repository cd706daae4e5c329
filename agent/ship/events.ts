import type { Events, EventTable } from '#lib/events.ts'

/** What happens on the way to the collectors. */
export const SHIP_EVENTS = {
  sendFailed: {
    metric: 'send_failures_total',
    help: 'Requests that failed and are tried again, by reason.',
    level: 'warn',
    message: 'cannot deliver to a collector; trying again for as long as the files exist',
    labels: ['reason'],
  },
  endpointFailed: {
    metric: 'endpoint_failures_total',
    help: 'Times a collector was left because it failed.',
    level: 'debug',
    message: 'left a collector that failed; it is tried with one request after a while',
  },
  endpointBack: {
    metric: 'endpoint_recoveries_total',
    help: 'Times a collector that had failed answered again.',
    level: 'info',
    message: 'a collector answers again',
  },
  collectorUnverified: {
    metric: 'collector_unverified_total',
    help: 'Starts with ship.tls.insecure_skip_verify: whoever answers in place of a collector gets the logs.',
    level: 'error',
    message:
      'the certificates of collectors are not verified: whoever answers at their addresses gets the logs and the credentials. Set ship.tls.ca_file in place of ship.tls.insecure_skip_verify',
  },
  resolveFailed: {
    metric: 'resolve_errors_total',
    help: 'Lookups of the names of collectors that failed.',
    level: 'warn',
    message: 'cannot look up the name of a collector; the addresses that are known stay in use',
  },
  recordsDropped: {
    metric: 'records_dropped_total',
    help: 'Records that were given up, by reason.',
    level: 'error',
    message: 'gave up records',
    labels: ['reason'],
  },
  requestSplit: {
    metric: 'requests_split_total',
    help: 'Requests that were divided because a collector did not take them whole, by reason.',
    level: 'warn',
    message: 'a collector does not take a request as a whole; sending it in two parts',
    labels: ['reason'],
  },
  recordShortened: {
    metric: 'records_shortened_total',
    help: 'Records whose body was cut because no collector took them whole.',
    level: 'warn',
    message: 'cut the body of a record that is larger than the collector takes',
  },
  recordsDeadLettered: {
    metric: 'records_dead_letter_total',
    help: 'Records among those given up that were kept in the dead letter file, by reason.',
    level: 'debug',
    message: 'kept records in the dead letter file',
    labels: ['reason'],
  },
  deadLettersDropped: {
    metric: 'dead_letter_lines_dropped_total',
    help: 'Lines of dead letter files that were deleted to keep ship.dead_letter.max_bytes.',
    level: 'error',
    message: 'deleted the oldest dead letter file to keep ship.dead_letter.max_bytes',
  },
  deadLetterFailed: {
    metric: 'dead_letter_write_errors_total',
    help: 'Writes to the dead letter file that failed.',
    level: 'error',
    message:
      'cannot write to the dead letter file; after some attempts the records are given up without a trace on disk',
  },
  collectorWarned: {
    metric: 'collector_warnings_total',
    help: 'Requests that a collector accepted with a warning.',
    level: 'warn',
    message: 'a collector accepted a request with a warning',
  },
  compressionRefused: {
    metric: 'compression_refused_total',
    help: 'Times a collector turned out not to take the compression, so that another is used.',
    level: 'warn',
    message: 'a collector does not take the compression; using another',
  },
} as const satisfies EventTable

export type ShipEvents = Events<typeof SHIP_EVENTS>
