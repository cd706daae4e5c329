import type { Clock } from '#lib/clock.ts'
import type { RouterEvents } from '../events.ts'
import type { Flush } from '../group/flush.ts'
import type { Journal, Telling } from '../journal/journal.ts'
import type { Integration, NotifyResult, ReceiverData } from './receiver.ts'
import { retry } from './retry.ts'

export interface SendOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly events: RouterEvents
  readonly journal: Journal
  /** Takes the duration of each attempt. */
  readonly observeLatency: (integration: string, seconds: number) => void
}

export interface Message extends Telling {
  /** What the integration remembered of its last notification of the group. */
  readonly receiverData: ReceiverData
}

/** Tells one receiver through one integration, and tries again until it is told or the time of the flush is up. */
export async function send(
  message: Message,
  flush: Flush,
  integration: Integration,
  { clock, random, events, journal, observeLatency }: SendOptions,
): Promise<NotifyResult> {
  const { reason, alerts, receiverData } = message
  const { groupKey, groupLabels, routeLabels, route, signal, draining } = flush
  const { receiver } = route
  const kind = { integration: integration.kind, receiver_name: receiver }
  const where = { receiver, index: integration.index, groupKey }
  const sending = journal.sending(flush, integration, message)

  const attempt = async (): Promise<NotifyResult> => {
    events.requested(kind)
    sending.attempting()
    const startedMs = clock.monotonicMs()
    const notification = { receiver, groupKey, groupLabels, routeLabels, reason, alerts, receiverData }
    const result = await integration.notify(notification, signal)
    observeLatency(integration.kind, (clock.monotonicMs() - startedMs) / 1_000)
    if (result.ok) sending.attempted(result)
    return result
  }
  const result = await retry(attempt, {
    ...{ clock, random, signal, draining },
    onAttemptFailed: (failed, attempts) => {
      sending.attempted(failed)
      events.requestFailed(kind, { ...where, attempts, retryable: failed.retryable, error: failed.message })
    },
  })
  sending.ended(result)

  events.notified(kind, { ...where, reason, alerts: alerts.length })
  if (!result.ok) events.notificationFailed({ ...kind, reason: result.reason }, { ...where, error: result.message })
  else if (result.warning !== undefined)
    events.partlyRefused({ integration: integration.kind }, { ...where, warning: result.warning })
  return result
}
