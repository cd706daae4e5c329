import type { Clock } from '#lib/clock.ts'
import type { RouterEvents } from '../events.ts'
import type { Flush } from '../group/flush.ts'
import { type Muter, withoutMuted } from '../mute/mute.ts'
import type { NotificationKey, NotificationLog } from '../store/nflog.ts'
import { type AlertSets, alertSets, notificationReason } from './dedup.ts'
import type { Integration, NotificationReason, NotifyResult, Receiver } from './receiver.ts'
import { retry } from './retry.ts'

export interface NotifyOptions {
  readonly receivers: ReadonlyMap<string, Receiver>
  readonly muters: readonly Muter[]
  readonly nflog: NotificationLog
  readonly retentionMs: number
  readonly clock: Clock
  readonly random: () => number
  readonly events: RouterEvents
  /** Takes the duration of each attempt. */
  readonly observeLatency: (integration: string, seconds: number) => void
}

/**
 * Brings a flush to its receiver: mute > dedup > retry > record, each integration for itself. True when everybody who
 * had to be told has been.
 */
export function createNotify(options: NotifyOptions): (flush: Flush) => Promise<boolean> {
  const { receivers, muters, events } = options
  return async (flush) => {
    const alerts = withoutMuted(flush.alerts, muters, (reason, count) => events.suppressed({ reason }, { count }))
    const receiver = receivers.get(flush.receiver)
    if (alerts.length === 0 || receiver === undefined) return true
    const deliveries = receiver.integrations.map((integration) => {
      return deliver({ ...flush, alerts }, receiver.name, integration, options)
    })
    return (await Promise.all(deliveries)).every(Boolean)
  }
}

async function deliver(
  flush: Flush,
  receiver: string,
  integration: Integration,
  options: NotifyOptions,
): Promise<boolean> {
  const { nflog, events } = options
  const { kind, index, sendResolved } = integration
  const key = { groupKey: flush.groupKey, receiver, integration: kind, index }
  const sets = alertSets(flush.alerts)

  events.nflogQueried({})
  const reason = notificationReason(sets, nflog.get(key), { ...flush, sendResolved })
  if (reason === 'none') return true
  // Where the end is not told, the log still has to know of it.
  if (sendResolved || sets.firing.size > 0) {
    const result = await send(flush, reason, key, integration, options)
    if (!result.ok) return false
  }
  record(key, sets, flush, options)
  return true
}

async function send(
  flush: Flush,
  reason: NotificationReason,
  key: NotificationKey,
  integration: Integration,
  { clock, random, events, observeLatency }: NotifyOptions,
): Promise<NotifyResult> {
  const { groupKey, groupLabels, signal, draining } = flush
  const { receiver } = key
  const alerts = flush.alerts.filter(({ firing }) => firing || integration.sendResolved)
  const kind = { integration: integration.kind }
  const where = { receiver, index: integration.index, groupKey }

  const attempt = async (): Promise<NotifyResult> => {
    events.requested(kind)
    const startedMs = clock.monotonicMs()
    const result = await integration.notify({ receiver, groupKey, groupLabels, reason, alerts }, signal)
    observeLatency(integration.kind, (clock.monotonicMs() - startedMs) / 1_000)
    return result
  }
  const result = await retry(attempt, {
    ...{ clock, random, signal, draining },
    onAttemptFailed: (failed, attempts) =>
      events.requestFailed(kind, { ...where, attempts, retryable: failed.retryable, error: failed.message }),
  })

  events.notified(kind, { ...where, reason, alerts: alerts.length })
  if (!result.ok) events.notificationFailed({ ...kind, reason: result.reason }, { ...where, error: result.message })
  else if (result.warning !== undefined) events.partlyRefused(kind, { ...where, warning: result.warning })
  return result
}

function record(
  key: NotificationKey,
  sets: AlertSets,
  flush: Flush,
  { nflog, retentionMs, clock }: NotifyOptions,
): void {
  const sentAtMs = clock.nowMs()
  const expiresAtMs = sentAtMs + Math.min(retentionMs, 2 * flush.repeatIntervalMs)
  // A full disk must not make anyone hear the same again: memory knows, and the file follows when it can.
  void nflog.record(key, { ...sets, sentAtMs, expiresAtMs })
}
