import type { Events } from '#lib/events.ts'
import { Counter, type Registry } from '#lib/metrics.ts'
import { MUTE_REASONS } from './mute/mute.ts'
import { FAILURE_REASONS } from './notify/receiver.ts'
import type { Feature } from './process/features.ts'

/** Every counter of the router with its log line. Where upstream has the counter, it has upstream's name. */
export const EVENTS = {
  received: {
    metric: 'alerts_received_total',
    help: 'The total number of received alerts.',
    level: 'debug',
    message: 'received alerts',
    labels: ['status', 'version'],
  },
  invalid: {
    metric: 'alerts_invalid_total',
    help: 'The total number of received alerts that were invalid.',
    level: 'warn',
    message: 'refused invalid alerts',
    labels: ['version'],
  },
  limited: {
    metric: 'alerts_limited_total',
    help: 'The total number of new alerts that were dropped because there are too many already.',
    level: 'error',
    message: 'refused new alerts: the limit is reached; raise alerts.limit or find out who sends so many',
    labels: ['alertname'],
  },
  oversized: {
    metric: 'alerts_limited_total',
    help: 'The total number of new alerts that were dropped because there are too many already.',
    level: 'error',
    message:
      'refused new alerts, or what known ones say anew: all together are too large; raise alerts.limit_bytes or find out who sends so much',
    labels: ['alertname'],
  },
  limitedByName: {
    metric: 'alerts_limited_total',
    help: 'The total number of new alerts that were dropped because there are too many already.',
    level: 'warn',
    message: 'dropped new alerts: there are as many of their alertname as --alerts.per-alertname-limit allows',
    labels: ['alertname'],
  },
  suppressed: {
    metric: 'notifications_suppressed_total',
    help: 'The total number of alerts that were kept out of notifications, by reason.',
    level: 'debug',
    message: 'kept alerts out of a notification',
    labels: ['reason'],
  },
  acknowledged: {
    metric: 'repeats_acknowledged_total',
    help: 'The total number of notifications that were not repeated because all of their alerts are acknowledged.',
    level: 'debug',
    message: 'did not repeat a notification: all of its alerts are acknowledged',
    labels: [],
  },
  ownRaised: {
    metric: 'own_alerts_raised_total',
    help: 'The total number of alerts that the router itself raised, by what made it.',
    level: 'info',
    message: 'raised alerts of its own',
    labels: ['source'],
  },
  noticesLimited: {
    metric: 'silence_notices_limited_total',
    help: 'The total number of times that more silences were to be told about than fit.',
    level: 'warn',
    message: 'too many silences begin or end to tell of all of them; those that end first are told',
    labels: [],
  },
  nflogQueried: {
    metric: 'nflog_queries_total',
    help: 'The total number of queries of the notification log.',
    level: 'debug',
    message: 'asked the notification log',
    labels: [],
  },
  requested: {
    metric: 'notification_requests_total',
    help: 'The total number of attempted notification requests.',
    level: 'debug',
    message: 'sending a notification',
    labels: ['integration', 'receiver_name'],
  },
  requestFailed: {
    metric: 'notification_requests_failed_total',
    help: 'The total number of failed notification requests.',
    level: 'warn',
    message: 'an attempt to notify failed',
    labels: ['integration', 'receiver_name'],
  },
  notified: {
    metric: 'notifications_total',
    help: 'The total number of attempted notifications.',
    level: 'debug',
    message: 'attempted a notification',
    labels: ['integration', 'receiver_name'],
  },
  notificationFailed: {
    metric: 'notifications_failed_total',
    help: 'The total number of failed notifications, by reason.',
    level: 'error',
    message: 'notification failed; the next flush of the group tries again',
    labels: ['integration', 'receiver_name', 'reason'],
  },
  routeLabelFailed: {
    metric: 'route_label_failures_total',
    help: 'The total number of times that a label of a route could not be rendered.',
    level: 'error',
    message: 'a label of a route cannot be rendered; notifications go out without it, correct its template',
    labels: [],
  },
  fellBack: {
    metric: 'fallback_notifications_total',
    help: 'The total number of notifications that reached a fallback in place of a receiver that could not be told.',
    level: 'warn',
    message: 'told the fallback in place of a receiver that cannot be told; mend the receiver',
    labels: ['integration', 'receiver_name'],
  },
  tested: {
    metric: 'test_notifications_total',
    help: 'The total number of test notifications that somebody asked for.',
    level: 'info',
    message: 'sent a test notification',
    labels: ['integration'],
  },
  testFailed: {
    metric: 'test_notifications_failed_total',
    help: 'The total number of test notifications that failed, by reason.',
    level: 'warn',
    message: 'a test notification failed',
    labels: ['integration', 'reason'],
  },
  partlyRefused: {
    metric: 'notifications_partly_refused_total',
    help: 'The total number of notifications that reached some of their recipients only.',
    level: 'warn',
    message: 'some recipients of a notification were refused',
    labels: ['integration'],
  },
  takenOver: {
    metric: 'snapshot_entries_taken_over_total',
    help: 'The total number of silences and notifications that were taken over from files of Alertmanager.',
    level: 'info',
    message: 'took over what Alertmanager had left at the storage path',
    labels: ['kind'],
  },
  takeOverFailed: {
    metric: 'snapshot_take_overs_failed_total',
    help: 'The total number of files of Alertmanager that could not be read, or not to their end.',
    level: 'error',
    message: 'cannot read what Alertmanager had left at the storage path; look whether silences are missing',
    labels: ['kind'],
  },
  replicaRefused: {
    metric: 'cluster_records_refused_total',
    help: 'The total number of records of other members that were refused, by state.',
    level: 'warn',
    message:
      'refused what another member of the cluster told; look whether all members have the same version and limits',
    labels: ['key'],
  },
  clusterMessageRefused: {
    metric: 'cluster_messages_refused_total',
    help: 'The total number of messages of other members that made no sense.',
    level: 'error',
    message: 'refused a message of another member of the cluster; look whether all members have the same version',
    labels: [],
  },
  replicaOversized: {
    metric: 'oversized_gossip_message_dropped_total',
    help: 'Number of oversized gossip messages that were dropped due to a full message queue; here, records that are too large to be sent.',
    level: 'error',
    message: 'a record is too large for the other members of the cluster',
    labels: ['key'],
  },
  clockSkewed: {
    metric: 'cluster_clock_skews_total',
    help: 'The total number of times that the clock of another member was found to differ by more than a second.',
    level: 'warn',
    message:
      'the clock of another member of the cluster differs; silences count by the clock of whoever made them, so mend it',
    labels: [],
  },
  spansSent: {
    metric: 'tracing_spans_sent_total',
    help: 'The total number of spans of traces that were sent and taken.',
    level: 'debug',
    message: 'sent spans of traces',
    labels: [],
  },
  spansDropped: {
    metric: 'tracing_spans_dropped_total',
    help: 'The total number of spans of traces that were dropped, by reason.',
    level: 'debug',
    message: 'dropped spans of traces',
    labels: ['reason'],
  },
  exportFailed: {
    metric: 'tracing_exports_failed_total',
    help: 'The total number of requests with spans of traces that failed or were taken in part only.',
    level: 'warn',
    message: 'cannot send traces; alerts and notifications go on without them',
    labels: [],
    quietMs: 60_000,
  },
  commitFailed: {
    metric: 'storage_commit_failures_total',
    help: 'The total number of transactions that could not be brought to disk; they are tried again.',
    level: 'error',
    message: 'cannot write the state to disk; it is kept in memory and tried again',
    labels: [],
  },
} as const

export type RouterEvents = Events<typeof EVENTS>

/** Labels that are there with a feature of this name only: they have as many values as there are receivers or alert names. */
const OPTIONAL_LABELS = { receiver_name: 'receiver-name-in-metrics', alertname: 'alert-names-in-metrics' } as const

/** The labels that nothing is counted by. */
export function uncountedLabels(features: readonly Feature[]): ReadonlySet<string> {
  const names = Object.entries(OPTIONAL_LABELS).filter(([, feature]) => !features.includes(feature))
  return new Set(names.map(([name]) => name))
}

/** Shows these counters as zero from the start, as upstream does: a rate over a counter that appears misses its first step. */
export function showCountersFromStart(registry: Registry): void {
  const show = showerOf(registry)
  for (const status of ['firing', 'resolved']) show(EVENTS.received, { status, version: 'v2' })
  show(EVENTS.invalid, { version: 'v2' })
  for (const reason of MUTE_REASONS) show(EVENTS.suppressed, { reason })
}

/** The labels of one integration's counters. */
export interface IntegrationLabels {
  readonly integration: string
  readonly receiver_name?: string
}

const PER_INTEGRATION = [
  EVENTS.requested,
  EVENTS.requestFailed,
  EVENTS.notified,
  EVENTS.notificationFailed,
  EVENTS.fellBack,
] as const

/** Shows the counters of these integrations as zero, and forgets those of all others. */
export function showIntegrations(registry: Registry, integrations: Iterable<IntegrationLabels>): void {
  const show = showerOf(registry)
  for (const { metric } of PER_INTEGRATION) registry.getSingleMetric(`alertmanager_${metric}`)?.reset()
  for (const labels of integrations) {
    for (const event of PER_INTEGRATION) if (event !== EVENTS.notificationFailed) show(event, { ...labels })
    for (const reason of FAILURE_REASONS) show(EVENTS.notificationFailed, { ...labels, reason })
  }
}

function showerOf(registry: Registry) {
  return ({ metric }: { readonly metric: string }, labels: Readonly<Record<string, string>>): void => {
    const counter = registry.getSingleMetric(`alertmanager_${metric}`)
    if (counter instanceof Counter) counter.inc(labels, 0)
  }
}
