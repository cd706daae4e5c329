import type { Matcher } from '#lib/matchers.ts'
import type { Alert } from '../alert.ts'

/** Somebody's word that they look after alerts that fire. Times are epoch milliseconds. */
export interface Acknowledgement {
  /** A random UUID. */
  readonly id: string
  readonly owner: string
  readonly comment: string
  /** Which of the alerts that fired it was asked for; empty where alerts were named one by one. */
  readonly matchers: readonly Matcher[]
  readonly createdAtMs: number
  readonly endsAtMs: number
  readonly updatedAtMs: number
  /** What it is about: alerts by fingerprint, each with the latest start of the occurrence that is meant. */
  readonly alerts: ReadonlyMap<string, number>
}

/** In the order in which the API lists them: what ended it, if it has ended. */
export const ACKNOWLEDGEMENT_STATES = ['active', 'resolved', 'withdrawn', 'expired'] as const
export type AcknowledgementState = (typeof ACKNOWLEDGEMENT_STATES)[number]

/** @param open how many of its alerts have not resolved since */
export function acknowledgementState(
  { endsAtMs, updatedAtMs }: Pick<Acknowledgement, 'endsAtMs' | 'updatedAtMs'>,
  open: number,
  nowMs: number,
): AcknowledgementState {
  if (open === 0) return 'resolved'
  // From that very moment on, and for good, even if the clock is set back.
  if (endsAtMs <= updatedAtMs) return 'withdrawn'
  return nowMs >= endsAtMs ? 'expired' : 'active'
}

/** Whether an alert is the occurrence that is meant, and not one that began later. */
export function isMeant({ alerts }: Acknowledgement, { labels, startsAt }: Alert): boolean {
  const startsByMs = alerts.get(labels.fingerprint)
  return startsByMs !== undefined && startsAt.ms <= startsByMs
}
