import type { Type } from 'protobufjs'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { ExportLogsServiceRequest, ExportMetricsServiceRequest } from '#lib/otlp/proto.ts'
import { encodeExportResponse, encodeStatus, type PartialSuccess } from '#lib/otlp/responses.ts'
import type { CollectorEvents } from '../events.ts'
import { CONTENT_ENCODINGS } from './content.ts'
import { addCors, type CorsOptions } from './cors.ts'
import type { InFlightBytes } from './in-flight.ts'
import type { LogsIntake, ReceivedRequest } from './logs-intake.ts'
import type { MetricsIntake } from './metrics-intake.ts'
import { encodeJsonRequest } from './otlp-json.ts'
import { RETRY_AFTER_SECONDS, refusalOf, statusOf, toCoded } from './refusal.ts'
import { leaveBodies, type RequestBody, takeBody } from './request-body.ts'

export interface OtlpHttpOptions {
  readonly logs: LogsIntake
  readonly metrics: MetricsIntake
  readonly events: CollectorEvents
  readonly inFlight: InFlightBytes
  /** Largest request, before and after decompression. */
  readonly maxRequestBytes: number
  readonly cors: CorsOptions
}

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
/** Signals of OTLP that are not received, by their paths. */
const NOT_RECEIVED = { '/v1/traces': 'traces', '/v1development/profiles': 'profiles' } as const

/**
 * OTLP/HTTP (opentelemetry-proto, docs/specification.md): protobuf and JSON, in the encodings of {@link CONTENT_ENCODINGS}.
 * The answer 200 means that the records are on disk.
 */
export function otlpHttpRoutes(options: OtlpHttpOptions): (app: FastifyInstance) => void {
  const { inFlight, events, maxRequestBytes } = options
  return (app) => {
    addCors(app, options.cors)
    leaveBodies(app, inFlight, [PROTOBUF, JSON_TYPE])
    app.setErrorHandler((error, request, reply) => {
      const coded = codeOf(error, request)
      const reason = coded.code.toLowerCase()
      events.requestRefused({ transport: 'otlp_http', reason }, { err: coded.message, peer: request.ip })
      sendError(coded, request, reply)
    })
    for (const [url, { intake, request: message, rejectedKey }] of Object.entries(signalsOf(options))) {
      app.post(url, async (request, reply) => {
        const body = await takeBody(request, reply, { inFlight, maxRequestBytes })
        const result = await intake.take(decode(request, body, message))
        return sendResult(result, rejectedKey, request, reply)
      })
      app.route({
        method: ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
        url,
        handler: (_request, reply) => reply.code(405).header('allow', 'POST').type('text/plain').send('use POST\n'),
      })
    }
    for (const [url, signal] of Object.entries(NOT_RECEIVED)) {
      // Their bodies need not be read.
      const refuse = () => Promise.reject(new CodedError('SIGNAL_NOT_RECEIVED', [signal]))
      app.post(url, { onRequest: refuse }, refuse)
    }
  }
}

/** Signals that are received, by their paths. */
function signalsOf({ logs, metrics }: OtlpHttpOptions) {
  return {
    '/v1/logs': { intake: logs, request: ExportLogsServiceRequest, rejectedKey: 'rejectedLogRecords' },
    '/v1/metrics': { intake: metrics, request: ExportMetricsServiceRequest, rejectedKey: 'rejectedDataPoints' },
  }
}

/** Makes protobuf of what is JSON. */
function decode(request: FastifyRequest, { sent, encoding, content }: RequestBody, message: Type): ReceivedRequest {
  if (!isJson(request)) {
    const isAsIs = content === sent
    return { transport: 'otlp_http', body: content, ...(isAsIs ? {} : { sent: { payload: sent, encoding } }) }
  }
  const body = encodeJsonRequest(content, message)
  if ('problem' in body) throw new CodedError('PAYLOAD_MALFORMED', [body.problem])
  return { transport: 'otlp_http', body }
}

function isJson(request: FastifyRequest): boolean {
  return String(request.headers['content-type'] ?? '')
    .trim()
    .toLowerCase()
    .startsWith(JSON_TYPE)
}

function sendResult(
  { rejected, message }: PartialSuccess,
  rejectedKey: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!isJson(request)) return reply.type(PROTOBUF).send(encodeExportResponse({ rejected, message }))
  // Integers of 64 bits are texts in OTLP's JSON.
  const partialSuccess = { [rejectedKey]: String(rejected), errorMessage: message }
  return reply.type(JSON_TYPE).send(JSON.stringify(message === '' ? {} : { partialSuccess }))
}

/** Gives every error a code: our own have one, the rest are the server's or unexpected. */
function codeOf(error: unknown, request: FastifyRequest): CodedError {
  if (error instanceof CodedError) return error
  const status = statusOf(error)
  if (status === 415) {
    const type = String(request.headers['content-type'] ?? '(none)')
    return new CodedError('UNSUPPORTED_MEDIA_TYPE', [type, `${PROTOBUF} or ${JSON_TYPE}`])
  }
  if (status >= 400 && status < 500) return new CodedError('PAYLOAD_MALFORMED', [messageOf(error)], { cause: error })
  return toCoded(error)
}

/** The body of an error is a google.rpc.Status in the encoding of the request. */
function sendError(error: CodedError, request: FastifyRequest, reply: FastifyReply): void {
  const { httpStatus, grpcStatus: code, isTransient } = refusalOf(error)
  if (isTransient) reply.header('retry-after', RETRY_AFTER_SECONDS)
  if (error.code === 'UNSUPPORTED_ENCODING') reply.header('accept-encoding', CONTENT_ENCODINGS.join(', '))
  reply.code(httpStatus)
  const { message } = error
  if (isJson(request)) reply.type(JSON_TYPE).send(JSON.stringify({ code, message }))
  else reply.type(PROTOBUF).send(encodeStatus(message, { code }))
}
