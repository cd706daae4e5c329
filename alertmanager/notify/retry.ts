import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { type FailureReason, failure, type NotifyFailure, type NotifyResult } from './receiver.ts'

export interface RetryOptions {
  readonly clock: Clock
  /** Returns a number in [0, 1). */
  readonly random: () => number
  /** Ends everything, with a failure reason. */
  readonly signal: AbortSignal
  /** Ends the waiting between attempts, not an attempt. */
  readonly draining: AbortSignal
  readonly onAttemptFailed: (failure: NotifyFailure, attempts: number) => void
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 60_000

/** Attempts until one succeeds or fails for good, or until the time of the flush is up. */
export async function retry(attempt: () => Promise<NotifyResult>, options: RetryOptions): Promise<NotifyResult> {
  const { clock, random, signal, draining, onAttemptFailed } = options
  const stop = AbortSignal.any([signal, draining])
  for (let attempts = 1; ; attempts++) {
    const result = await attempt().catch((error: unknown) => failure('other', false, `unexpected: ${messageOf(error)}`))
    if (result.ok) return result
    onAttemptFailed(result, attempts)
    if (!result.retryable) return result
    // Who asks for more time than the flush has left is asked again at the next one.
    const delayMs = Math.max(retryDelayMs(attempts, random()), result.retryAfterMs ?? 0)
    if (!stop.aborted) await clock.sleep(delayMs, stop)
    if (stop.aborted) {
      const reason: FailureReason = signal.reason === 'contextDeadlineExceeded' ? signal.reason : 'contextCanceled'
      return failure(reason, true, `gave up after ${attempts} attempts: ${result.message}`)
    }
  }
}

/** The delay after the n-th attempt: from half a second, half as long again each time, give or take half of it. */
export function retryDelayMs(attempts: number, random: number): number {
  const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 1.5 ** (attempts - 1))
  return delayMs * (0.5 + random)
}
