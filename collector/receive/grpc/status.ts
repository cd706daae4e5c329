import type { Metadata as GrpcMetadata } from '@grpc/grpc-js'
import type { CodedError } from '#lib/errors.ts'
import { encodeStatus } from '#lib/otlp/responses.ts'
import { RETRY_AFTER_SECONDS, refusalOf } from '../refusal.ts'

export interface GrpcStatus {
  readonly code: number
  readonly details: string
  readonly metadata: GrpcMetadata
}

/**
 * An error as a gRPC status. What may be tried again has a google.rpc.RetryInfo in its details; OTLP's senders try a
 * RESOURCE_EXHAUSTED again only then.
 */
export function grpcStatusOf(error: CodedError, Metadata: new () => GrpcMetadata): GrpcStatus {
  const { grpcStatus: code, isTransient } = refusalOf(error)
  const metadata = new Metadata()
  if (isTransient) {
    const details = encodeStatus(error.message, { code, retryAfterSeconds: RETRY_AFTER_SECONDS })
    metadata.set('grpc-status-details-bin', details)
  }
  return { code, details: error.message, metadata }
}
