import type { FailureReason, NotificationReason, NotifyResult } from '../notify/receiver.ts'
import type { AlertDigest } from './alert-digest.ts'

/** What became of a notification. */
export const NOTIFIED = ['sent', 'partly_sent', 'told_elsewhere', 'failed'] as const
/** Why nothing was sent, as far as it is kept: what has the same reason as before is not kept again. */
const KEPT_QUIET = [
  'nothing_new',
  'muted',
  'muted_by_time',
  'end_not_wanted',
  'acknowledged',
  'no_integration',
] as const
export type KeptQuiet = (typeof KEPT_QUIET)[number]
export const OUTCOMES = [...NOTIFIED, ...KEPT_QUIET] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Whom an entry is about: one integration of a receiver, for one group. */
export interface Place {
  /** What groups are known by within the router; the key, but for routes that share theirs. */
  readonly groupId: string
  readonly groupKey: string
  readonly receiver: string
  /** Empty where the receiver has none. */
  readonly integration: string
  readonly index: number
}

/** One try to get a notification through. */
export interface Attempt {
  readonly atMs: number
  readonly durationMs: number
  /** Left out if it got through. */
  readonly error?: string
  readonly reason?: FailureReason
  readonly retryable?: boolean
}

export interface Details {
  readonly groupLabels: Readonly<Record<string, string>>
  readonly alerts: AlertDigest
  readonly reason?: NotificationReason
  /** The first and the last ones, of so many. */
  readonly attempts?: readonly Attempt[]
  readonly attemptCount?: number
  /** At how many flushes it failed. */
  readonly flushes?: number
  /** Why it failed at last, or what part of it did not get through. */
  readonly error?: string
  readonly failure?: FailureReason
  /** What kept alerts of the group out of it, by reason. */
  readonly mutedBy?: Readonly<Record<string, readonly string[]>>
  /** How many ends are told later. */
  readonly held?: number
}

/** A notification, or a decision not to send one. Times are epoch milliseconds. */
export interface HistoryEntry {
  readonly id: number
  readonly place: Place
  readonly outcome: Outcome
  /** When it began. */
  readonly atMs: number
  /** When it ended; for a decision, when it was first made. */
  readonly endedAtMs: number
  readonly details: Details
}

const MAX_ERROR_LENGTH = 500
const FIRST_ATTEMPTS = 5
const LAST_ATTEMPTS = 10

export function attemptOf(result: NotifyResult, atMs: number, durationMs: number): Attempt {
  const times = { atMs: Math.round(atMs), durationMs: Math.round(durationMs) }
  if (result.ok) return times
  const { reason, retryable } = result
  return { ...times, error: boundedError(result.message), reason, retryable }
}

export function boundedError(message: string): string {
  return message.length > MAX_ERROR_LENGTH ? `${message.slice(0, MAX_ERROR_LENGTH)}…` : message
}

/** The first attempts and the last ones. */
export function boundedAttempts(attempts: readonly Attempt[]): readonly Attempt[] {
  if (attempts.length <= FIRST_ATTEMPTS + LAST_ATTEMPTS) return attempts
  return [...attempts.slice(0, FIRST_ATTEMPTS), ...attempts.slice(-LAST_ATTEMPTS)]
}

/** A failure of the same notification at a later flush, in one entry with those before. */
export function failedAgain(before: HistoryEntry, entry: HistoryEntry): HistoryEntry {
  const { details: old } = before
  const { details } = entry
  return {
    ...entry,
    ...{ id: before.id, atMs: before.atMs },
    details: {
      ...details,
      attempts: boundedAttempts([...(old.attempts ?? []), ...(details.attempts ?? [])]),
      attemptCount: (old.attemptCount ?? 0) + (details.attemptCount ?? 0),
      flushes: (old.flushes ?? 1) + 1,
    },
  }
}
