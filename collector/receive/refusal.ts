import { CodedError, type ErrorCode, messageOf } from '#lib/errors.ts'

/** How a request is refused, in HTTP and in gRPC. */
export interface Refusal {
  readonly httpStatus: number
  readonly grpcStatus: number
  /** Whether the same request may be taken later; senders drop what may not. */
  readonly isTransient: boolean
}

/** Seconds that a sender is asked to wait. */
export const RETRY_AFTER_SECONDS = 5

const INVALID_ARGUMENT = 3
const DEADLINE_EXCEEDED = 4
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8
const UNIMPLEMENTED = 12
const UNAVAILABLE = 14

/** opentelemetry-proto, docs/specification.md. A plain 500 would make senders drop the data. */
const UNEXPECTED: Refusal = { httpStatus: 503, grpcStatus: UNAVAILABLE, isTransient: true }
const REFUSALS: Partial<Record<ErrorCode, Refusal>> = {
  PAYLOAD_MALFORMED: { httpStatus: 400, grpcStatus: INVALID_ARGUMENT, isTransient: false },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, grpcStatus: RESOURCE_EXHAUSTED, isTransient: false },
  TOO_MANY_RECORDS: { httpStatus: 413, grpcStatus: RESOURCE_EXHAUSTED, isTransient: false },
  UNSUPPORTED_MEDIA_TYPE: { httpStatus: 415, grpcStatus: INVALID_ARGUMENT, isTransient: false },
  // As the OpenTelemetry collector has it.
  UNSUPPORTED_ENCODING: { httpStatus: 400, grpcStatus: UNIMPLEMENTED, isTransient: false },
  REQUEST_TIMEOUT: { httpStatus: 408, grpcStatus: DEADLINE_EXCEEDED, isTransient: true },
  CROSS_ORIGIN: { httpStatus: 403, grpcStatus: PERMISSION_DENIED, isTransient: false },
  SIGNAL_NOT_RECEIVED: { httpStatus: 404, grpcStatus: UNIMPLEMENTED, isTransient: false },
  TOO_MANY_REQUESTS: { httpStatus: 429, grpcStatus: RESOURCE_EXHAUSTED, isTransient: true },
}

export function refusalOf({ code }: CodedError): Refusal {
  return REFUSALS[code] ?? UNEXPECTED
}

/** An error without a code is unexpected: the sender is asked to try again. */
export function toCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error
  return new CodedError('RECEIVE_FAILED', [messageOf(error)], { cause: error, retryable: true })
}

/** Status with which the server itself refuses a request, such as for a header that is none; 0 for other errors. */
export function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0
}
