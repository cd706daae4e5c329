import type * as Grpc from '@grpc/grpc-js'
import { parseListenAddress } from '#lib/config/formats.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { Service } from '#lib/lifecycle.ts'
import { encodeExportResponse, type PartialSuccess } from '#lib/otlp/responses.ts'
import type { CollectorEvents } from '../../events.ts'
import type { InFlightBytes } from '../in-flight.ts'
import type { ReceivedRequest } from '../logs-intake.ts'
import { toCoded } from '../refusal.ts'
import { guardCall, type SentAs } from './guard.ts'
import { grpcStatusOf } from './status.ts'

export interface OtlpGrpcOptions {
  readonly listenAddress: string
  readonly logs: RequestIntake
  readonly metrics: RequestIntake
  readonly events: CollectorEvents
  readonly inFlight: InFlightBytes
  /** Largest request, before and after decompression. */
  readonly maxRequestBytes: number
  readonly requestTimeoutMs: number
}

/** Takes the requests of a signal. */
interface RequestIntake {
  take(request: ReceivedRequest): Promise<PartialSuccess>
}

export interface GrpcServer extends Service {
  /** `http://host:port` as bound; only after start. */
  readonly url: string
}

const NAME = 'otlp.grpc.listen_address'
const PACKAGE = 'opentelemetry.proto.collector'
const LOGS = `/${PACKAGE}.logs.v1.LogsService/Export`
const METRICS = `/${PACKAGE}.metrics.v1.MetricsService/Export`
const NOT_RECEIVED = {
  [`/${PACKAGE}.trace.v1.TraceService/Export`]: 'traces',
  [`/${PACKAGE}.profiles.v1development.ProfilesService/Export`]: 'profiles',
}

const LIMITS = {
  /** Requests at once over one connection; further ones wait. */
  'grpc.max_concurrent_streams': 100,
  /** A peer that is gone without a word is noticed. */
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_connection_idle_ms': 15 * 60_000,
  'grpc.max_metadata_size': 16 * 1024,
} as const

/**
 * OTLP/gRPC (opentelemetry-proto, docs/specification.md): the bytes of requests go to the same intake as those that come
 * over HTTP; nothing is decoded here. OK means that the records are on disk.
 */
export function createGrpcServer(options: OtlpGrpcOptions): GrpcServer {
  let server: Grpc.Server | undefined
  let url = ''
  return {
    name: `${NAME} server`,
    get url() {
      return url
    },
    async start() {
      const address = parseListenAddress(options.listenAddress)
      if (address === undefined) throw new CodedError('LISTEN_FAILED', [NAME, options.listenAddress, 'not host:port'])
      // Loaded only where it is wanted.
      const grpc = await import('@grpc/grpc-js')
      server = createServer(grpc, options)
      const host = address.host ?? '::'
      const port = await bind(grpc, server, `${bracketHost(host)}:${address.port}`, options.listenAddress)
      url = `http://${bracketHost(address.host ?? '127.0.0.1')}:${port}`
    },
    async stop(deadline) {
      const running = server
      if (running === undefined) return
      const cut = () => running.forceShutdown()
      deadline.addEventListener('abort', cut, { once: true })
      if (deadline.aborted) cut()
      else await new Promise<void>((resolve) => running.tryShutdown(() => resolve()))
      deadline.removeEventListener('abort', cut)
    },
  }
}

function createServer(grpc: typeof Grpc, { logs, metrics, events, ...options }: OtlpGrpcOptions): Grpc.Server {
  const sentAs: SentAs = new WeakMap()
  const { Metadata } = grpc
  const onRefused = (error: CodedError, peer: string) => {
    const reason = error.code.toLowerCase()
    events.requestRefused({ transport: 'otlp_grpc', reason }, { err: error.message, peer })
  }
  const guard = { ...options, notReceived: NOT_RECEIVED, onRefused, Metadata }
  const server = new grpc.Server({
    ...LIMITS,
    'grpc.max_receive_message_length': options.maxRequestBytes,
    interceptors: [
      ({ path }, call) => {
        guardCall(path, call, sentAs, guard)
        return new grpc.ServerInterceptingCall(call)
      },
    ],
  })
  const take = (intake: RequestIntake): Grpc.handleUnaryCall<Buffer, Buffer> => {
    return (call, callback) => {
      const body = call.request
      const sent = sentAs.get(body)
      intake.take({ transport: 'otlp_grpc', body, ...(sent === undefined ? {} : { sent }) }).then(
        (result) => callback(null, encodeExportResponse(result)),
        (error: unknown) => {
          const coded = toCoded(error)
          onRefused(coded, call.getPeer())
          callback(grpcStatusOf(coded, Metadata))
        },
      )
    }
  }
  register(server, LOGS, take(logs))
  register(server, METRICS, take(metrics))
  // The guard refuses these before anything of them is read.
  for (const path of Object.keys(NOT_RECEIVED)) register(server, path, () => {})
  return server
}

function register(server: Grpc.Server, path: string, handler: Grpc.handleUnaryCall<Buffer, Buffer>): void {
  const asIs = (bytes: Buffer) => bytes
  const method = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }
  server.addService({ Export: method }, { Export: handler })
}

function bind(grpc: typeof Grpc, server: Grpc.Server, address: string, listenAddress: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else if (messageOf(error).includes('EADDRINUSE')) {
        reject(new CodedError('LISTEN_ADDRESS_IN_USE', [NAME, listenAddress], { cause: error }))
      } else reject(new CodedError('LISTEN_FAILED', [NAME, listenAddress, messageOf(error)], { cause: error }))
    })
  })
}
