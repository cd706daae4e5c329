import type { Clock } from '#lib/clock.ts'
import type { RouterEvents } from '../events.ts'
import type { Flush } from '../group/flush.ts'
import type { Journal, Telling } from '../journal/journal.ts'
import { inSpan, type Span } from '../tracing/span.ts'
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
export function send(
  message: Message,
  flush: Flush,
  integration: Integration,
  options: SendOptions,
): Promise<NotifyResult> {
  const attributes = {
    'alerting.group.name': flush.route.receiver,
    'alerting.integration.name': integration.kind,
    'alerting.alerts.count': message.alerts.length,
  }
  const span = flush.span.child('notify.RetryStage.Exec', { attributes })
  return inSpan(span, () => sendWithin(span, message, flush, integration, options))
}

async function sendWithin(
  span: Span,
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
    const result = await attemptIn(span, integration, alerts.length, (attempting) =>
      integration.notify({ ...notification, span: attempting }, signal),
    )
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
  if (!result.ok) span.fail(result.message)

  events.notified(kind, { ...where, reason, alerts: alerts.length })
  if (!result.ok) events.notificationFailed({ ...kind, reason: result.reason }, { ...where, error: result.message })
  else if (result.warning !== undefined)
    events.partlyRefused({ integration: integration.kind }, { ...where, warning: result.warning })
  return result
}

function attemptIn(
  parent: Span,
  { kind }: Integration,
  alerts: number,
  notify: (span: Span) => Promise<NotifyResult>,
): Promise<NotifyResult> {
  const attributes = { 'alerting.notify.integration.name': kind, 'alerting.alerts.count': alerts }
  return inSpan(parent.child('notify.Integration.Notify', { kind: 'client', attributes }), async (span) => {
    const result = await notify(span)
    span.set({ 'alerting.notify.error.recoverable': !result.ok && result.retryable })
    if (!result.ok) span.fail(result.message)
    return result
  })
}
