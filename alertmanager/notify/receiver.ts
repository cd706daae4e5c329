import type { LabelSet } from '#lib/labels.ts'
import type { IntegrationKind } from '../config/receivers/formats.ts'
import type { FlushedAlert } from '../group/flush.ts'
import type { Span } from '../tracing/span.ts'

/** Why a notification is sent, or `none`, in the words that receivers see. */
export type NotificationReason =
  | 'first notification'
  | 'new alerts added'
  | 'all alerts resolved'
  | 'some alerts resolved'
  | 'repeat interval elapsed'
  | 'none'

/** What an integration is asked to tell. */
export interface Notification {
  readonly receiver: string
  readonly groupKey: string
  readonly groupLabels: LabelSet
  /** Labels that the route gives to its notifications, rendered. */
  readonly routeLabels: LabelSet
  readonly reason: NotificationReason
  /** At least one; in the order in which they are told. */
  readonly alerts: readonly FlushedAlert[]
  /** What this integration wished to remember of its last notification of the group, such as the message to update. */
  readonly receiverData: ReceiverData
  /** Requests that tell it are part of this; of nothing unless told. */
  readonly span?: Span
}

export type ReceiverData = Readonly<Record<string, string>>

/** Values of the `reason` label of `alertmanager_notifications_failed_total`. */
export const FAILURE_REASONS = [
  'other',
  'clientError',
  'serverError',
  'contextCanceled',
  'contextDeadlineExceeded',
  'authError',
  'rateLimited',
] as const
export type FailureReason = (typeof FAILURE_REASONS)[number]

export type NotifyResult = NotifySuccess | NotifyFailure

interface NotifySuccess {
  readonly ok: true
  /** What part of it did not get through. */
  readonly warning?: string
  /** Another member of the cluster told it meanwhile, so nothing was sent. */
  readonly isToldElsewhere?: boolean
  /** Kept with the notification log until the next notification of the group; what was there stays if left out. */
  readonly receiverData?: ReceiverData
}

export interface NotifyFailure {
  readonly ok: false
  /** Whether the same notification may go through later without anyone changing anything. */
  readonly retryable: boolean
  readonly reason: FailureReason
  /** What went wrong and what to mend. Never holds a secret. */
  readonly message: string
  /** How long the other side asked to wait before the next attempt. */
  readonly retryAfterMs?: number
}

/** One way of telling, such as `webhook_configs[0]` of a receiver. */
export interface Integration {
  readonly kind: IntegrationKind
  readonly index: number
  readonly sendResolved: boolean
  /** Tries once. Does not throw for what the network or the other side does. */
  notify(notification: Notification, signal: AbortSignal): Promise<NotifyResult>
}

export interface Receiver {
  readonly name: string
  readonly integrations: readonly Integration[]
}

export function failure(reason: FailureReason, retryable: boolean, message: string): NotifyFailure {
  return { ok: false, reason, retryable, message }
}
