import { messageOf } from '#lib/errors.ts'
import type { FailureReason } from '../receiver.ts'

/** Why a request could not be sent at all, where that is known better than by the code of a system error. Holds no secret. */
export class TransportFailure extends Error {
  readonly reason: FailureReason
  readonly retryable: boolean

  constructor(reason: FailureReason, retryable: boolean, message: string) {
    super(message)
    this.reason = reason
    this.retryable = retryable
  }
}

/** Where a host has several addresses, Node reports all failures in one error without a text of its own. */
export function describeFailure(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error)
}
