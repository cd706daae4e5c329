import type { Events, EventTable } from '#lib/events.ts'

/** What happens in remote write, out and in. */
export const REMOTE_WRITE_EVENTS = {
  remoteWriteDropped: {
    metric: 'remote_write_drops_total',
    help: 'Times that samples were given up instead of being sent, by reason; remote_write_samples_dropped_total has how many.',
    level: 'warn',
    message: 'gave up samples of a remote write',
    labels: ['remote', 'reason'],
  },
  remoteWriteFailed: {
    metric: 'remote_write_failures_total',
    help: 'Requests of remote write that failed and are sent again, by reason.',
    level: 'warn',
    message: 'a request of remote write failed; it is sent again, samples wait in the queue',
    labels: ['remote', 'reason'],
  },
  remoteWriteFallback: {
    metric: 'remote_write_fallbacks_total',
    help: 'Times that remote write went on with protocol 1.0 because the other side does not know 2.0.',
    level: 'warn',
    message: 'the other side does not know remote write 2.0; going on with 1.0',
    labels: ['remote'],
  },
  remoteWriteShards: {
    metric: 'remote_write_reshards_total',
    help: 'Times that the number of shards of a remote write changed.',
    level: 'debug',
    message: 'another number of shards',
    labels: ['remote'],
  },
} as const satisfies EventTable

export type RemoteWriteEvents = Events<typeof REMOTE_WRITE_EVENTS>
