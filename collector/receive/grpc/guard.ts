import type { ServerHttp2Stream } from 'node:http2'
import type * as Grpc from '@grpc/grpc-js'
import { CodedError } from '#lib/errors.ts'
import { decompress } from '../content.ts'
import type { InFlightBytes } from '../in-flight.ts'
import { toCoded } from '../refusal.ts'
import { type GrpcStatus, grpcStatusOf } from './status.ts'

export interface GuardOptions {
  readonly inFlight: InFlightBytes
  /** Largest request, before and after decompression. */
  readonly maxRequestBytes: number
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number
  /** Signals that are not received, by the paths of their methods. */
  readonly notReceived: Readonly<Record<string, string>>
  readonly onRefused: (error: CodedError, peer: string) => void
  readonly Metadata: typeof Grpc.Metadata
}

/** How a request was sent, by its uncompressed bytes. */
export type SentAs = WeakMap<Buffer, { readonly payload: Buffer; readonly encoding: string }>

const STATUS_AHEAD_MS = 100
/** A flag and the length. */
const PREFIX_BYTES = 5

/**
 * What grpc-js keeps to itself of a call. It limits the size of each message, but not how many arrive or are decompressed
 * at once, nor how long one may take.
 */
interface BaseCall extends Grpc.ServerInterceptingCallInterface {
  readonly stream: ServerHttp2Stream
  decompressMessage(message: Buffer, encoding: string): Promise<Buffer> | Buffer
}

/** Watches over the bytes of each call before and while grpc-js reads them. */
export function guardCall(
  path: string,
  call: Grpc.ServerInterceptingCallInterface,
  sentAs: SentAs,
  options: GuardOptions,
): void {
  const { inFlight, maxRequestBytes, requestTimeoutMs, notReceived, onRefused, Metadata } = options
  const base = call as BaseCall
  const { stream } = base
  const prefix = Buffer.alloc(PREFIX_BYTES)
  let received = 0
  let isOver = false
  const statusOf = (error: unknown): GrpcStatus => {
    const coded = toCoded(error)
    onRefused(coded, call.getPeer())
    return grpcStatusOf(coded, Metadata)
  }
  const finish = () => {
    isOver = true
    clearTimeout(timer)
    inFlight.release(stream)
  }
  const refuse = (error: unknown) => {
    if (isOver) return
    finish()
    call.sendStatus(statusOf(error))
    // The rest of the request is not waited for; but at once the status would be lost with it.
    setTimeout(() => stream.close(), STATUS_AHEAD_MS).unref()
  }
  const timer = setTimeout(() => refuse(new CodedError('REQUEST_TIMEOUT', [requestTimeoutMs])), requestTimeoutMs)
  stream.once('end', () => clearTimeout(timer))
  stream.once('close', finish)
  // Before grpc-js takes it.
  stream.prependListener('data', (chunk: Buffer) => {
    if (isOver) return
    if (received < PREFIX_BYTES) chunk.copy(prefix, received)
    received += chunk.length
    const declared = received < PREFIX_BYTES ? 0 : prefix.readUInt32BE(1)
    try {
      if (declared > maxRequestBytes) throw new CodedError('PAYLOAD_TOO_LARGE', [declared, maxRequestBytes])
      inFlight.hold(stream, received)
    } catch (error) {
      refuse(error)
    }
  })
  base.decompressMessage = (message, encoding) => {
    const payload = message.subarray(PREFIX_BYTES)
    if (encoding === 'identity') return payload
    try {
      const body = decompress(payload, encoding, maxRequestBytes)
      if (!isOver) inFlight.hold(stream, message.length + body.length)
      sentAs.set(body, { payload, encoding })
      return body
    } catch (error) {
      throw statusOf(error)
    }
  }
  const signal = notReceived[path]
  if (signal !== undefined) setImmediate(() => refuse(new CodedError('SIGNAL_NOT_RECEIVED', [signal])))
}
