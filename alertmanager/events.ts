import { Counter } from 'prom-client'
import type { Events } from '#lib/events.ts'
import type { Registry } from '#lib/metrics.ts'
import { FAILURE_REASONS } from './notify/receiver.ts'

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
    help: 'The total number of new alerts that were refused because there are too many already.',
    level: 'error',
    message: 'refused new alerts: the limit is reached; raise alerts.limit or find out who sends so many',
    labels: [],
  },
  suppressed: {
    metric: 'notifications_suppressed_total',
    help: 'The total number of alerts that were kept out of notifications, by reason.',
    level: 'debug',
    message: 'kept alerts out of a notification',
    labels: ['reason'],
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
    labels: ['integration'],
  },
  requestFailed: {
    metric: 'notification_requests_failed_total',
    help: 'The total number of failed notification requests.',
    level: 'warn',
    message: 'an attempt to notify failed',
    labels: ['integration'],
  },
  notified: {
    metric: 'notifications_total',
    help: 'The total number of attempted notifications.',
    level: 'debug',
    message: 'attempted a notification',
    labels: ['integration'],
  },
  notificationFailed: {
    metric: 'notifications_failed_total',
    help: 'The total number of failed notifications, by reason.',
    level: 'error',
    message: 'notification failed; the next flush of the group tries again',
    labels: ['integration', 'reason'],
  },
  partlyRefused: {
    metric: 'notifications_partly_refused_total',
    help: 'The total number of notifications that reached some of their recipients only.',
    level: 'warn',
    message: 'some recipients of a notification were refused',
    labels: ['integration'],
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

const INTEGRATIONS = ['email', 'webhook']

/** Shows these counters as zero from the start, as upstream does: a rate over a counter that appears misses its first step. */
export function showCountersFromStart(registry: Registry): void {
  const show = (metric: string, labels: Readonly<Record<string, string>>) => {
    const counter = registry.getSingleMetric(`alertmanager_${metric}`)
    if (counter instanceof Counter) counter.inc(labels, 0)
  }
  for (const status of ['firing', 'resolved']) show(EVENTS.received.metric, { status, version: 'v2' })
  show(EVENTS.invalid.metric, { version: 'v2' })
  for (const reason of ['silence', 'inhibition']) show(EVENTS.suppressed.metric, { reason })
  for (const integration of INTEGRATIONS) {
    for (const { metric } of [EVENTS.requested, EVENTS.requestFailed, EVENTS.notified]) show(metric, { integration })
    for (const reason of FAILURE_REASONS) show(EVENTS.notificationFailed.metric, { integration, reason })
  }
}
