import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext } from 'node:tls'
import { type ChannelOptions, Client, type ClientUnaryCall, credentials, Metadata, status } from '@grpc/grpc-js'
import { decodePartialSuccess } from '#lib/otlp/responses.ts'
import type { TlsConfig } from '../config/tls.ts'
import { tlsOptions } from '../notify/http/tls-options.ts'
import type { SecretHeaders } from './secret-headers.ts'
import type { Sent, TraceSender } from './span-exporter.ts'

export interface GrpcSenderOptions {
  /** As host:port. */
  readonly endpoint: string
  readonly isInsecure: boolean
  readonly tls: TlsConfig | undefined
  readonly headers: SecretHeaders
  readonly isCompressed: boolean
  readonly userAgent: string
  readonly readFile: (path: string) => Promise<string>
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
/** grpc-js's number for it. */
const GZIP = 2
/** TLS names no addresses to the server, and grpc-js always names something. What is checked is the address. */
const NAME_OF_ADDRESS = 'localhost'
/** By OTLP's specification. */
const RETRYABLE: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

/** OTLP over gRPC. Rejects when the certificates cannot be read, which happens this once only. */
export async function createGrpcSender(options: GrpcSenderOptions): Promise<TraceSender> {
  const { endpoint, isCompressed, headers, userAgent } = options
  const channel: ChannelOptions = {
    'grpc.primary_user_agent': userAgent,
    ...(isCompressed ? { 'grpc.default_compression_algorithm': GZIP } : {}),
    'grpc.ssl_target_name_override': isIP(serverName(options)) === 0 ? serverName(options) : NAME_OF_ADDRESS,
  }
  const client = new Client(endpoint, await credentialsOf(options), channel)

  const post = async (request: Buffer, signal: AbortSignal): Promise<Sent> => {
    const metadata = new Metadata()
    for (const [name, values] of Object.entries(await headers.read())) {
      for (const value of values) metadata.add(name, value)
    }
    signal.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<Sent>()
    const call: ClientUnaryCall = client.makeUnaryRequest(
      ...[EXPORT, (bytes: Buffer) => bytes, (bytes: Buffer) => bytes, request, metadata],
      (error, answer) => {
        if (error === null) return resolve({ ok: true, ...decodePartialSuccess(answer ?? Buffer.alloc(0)) })
        const message = `${endpoint}: ${error.message.slice(0, 300)}`
        resolve({ ok: false, retryable: RETRYABLE.has(error.code), message })
      },
    )
    const cancel = () => call.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', cancel))
  }

  return {
    async send(request, signal) {
      try {
        const sent = await post(request, signal)
        return { ...sent, message: headers.hide(sent.message) }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return { ok: false, retryable: true, message: headers.hide(`${endpoint}: ${message}`) }
      }
    },
    close: () => client.close(),
  }
}

async function credentialsOf(options: GrpcSenderOptions) {
  const { isInsecure, tls = { insecure_skip_verify: false }, readFile } = options
  if (isInsecure) return credentials.createInsecure()
  const { rejectUnauthorized = true, ...context } = await tlsOptions(tls, readFile)
  return credentials.createFromSecureContext(createSecureContext(context), {
    rejectUnauthorized,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(serverName(options), certificate),
  })
}

/** What the certificate of the server must be for. */
function serverName({ tls, endpoint }: GrpcSenderOptions): string {
  return tls?.server_name || endpoint.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
}
