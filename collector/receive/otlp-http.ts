import { CodedError, type ErrorCode, messageOf } from '#lib/errors.ts'
import { freeNow } from '#lib/free-now.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { encodeStatus } from '#lib/otlp/responses.ts'
import { inspectLogs } from '#lib/otlp/validate.ts'
import type { CollectorEvents } from '../events.ts'
import { ENTRY_ENCODINGS, type EntryEncoding } from '../queue/entry.ts'
import type { DiskQueue } from '../queue/queue.ts'
import { CONTENT_ENCODINGS, decompress } from './content.ts'
import { InFlightBytes } from './in-flight.ts'
import { encodeJsonRequest } from './otlp-json.ts'

export interface OtlpHttpOptions {
  readonly queue: () => DiskQueue
  readonly events: CollectorEvents
  readonly stats: ReceiveStats
  /** Largest request after decompression. */
  readonly maxRequestBytes: number
  /** Bytes of requests that may be under way at once, after decompression as far as they got there. */
  readonly maxInFlightBytes: number
}

/** Counters, read when scraped. */
export interface ReceiveStats {
  requests: number
  records: number
  /** After decompression. */
  bytes: number
}

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'
const RETRY_AFTER_SECONDS = 5
/** A sender that takes longer than this for its request is cut off. */
const REQUEST_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 20_000
/** How many times its limit a request may have once its resources are written out for each of their records. */
const LARGEST_EXPANSION = 16

/** How each error is told to a sender. Senders try 429 and 503 again; a plain 500 would make them drop the data. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  PAYLOAD_MALFORMED: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNSUPPORTED_ENCODING: 415,
  TOO_MANY_REQUESTS: 429,
}

/**
 * OTLP/HTTP for logs (opentelemetry-proto, docs/specification.md): protobuf and JSON; identity, gzip, zstd and deflate.
 * The answer 200 means that the records are on disk.
 */
export function otlpHttpRoutes(options: OtlpHttpOptions): (app: FastifyInstance) => void {
  return (app) => {
    const inFlight = new InFlightBytes(options.maxInFlightBytes)
    app.server.requestTimeout = REQUEST_TIMEOUT_MS
    app.server.headersTimeout = HEADERS_TIMEOUT_MS
    app.addHook('onRequest', (request, reply, done) => {
      // What does not say how long it is counts as the longest it may be.
      const isChunked = request.headers['transfer-encoding'] !== undefined
      const announced = Number(request.headers['content-length'] ?? 0)
      inFlight.hold(reply.raw, isChunked ? options.maxRequestBytes : announced)
      done()
    })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser([PROTOBUF, JSON_TYPE], { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.setErrorHandler((error, request, reply) => {
      const coded = toCoded(error, request, options)
      options.events.requestRefused({ reason: coded.code.toLowerCase() }, { err: coded.message, peer: request.ip })
      sendError(coded, request, reply)
    })
    app.post('/v1/logs', async (request, reply) => {
      await receive(request, options, (bytes) => inFlight.hold(reply.raw, bytes))
      return isJson(request) ? reply.type(JSON_TYPE).send('{}') : reply.type(PROTOBUF).send(Buffer.alloc(0))
    })
    app.route({
      method: ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
      url: '/v1/logs',
      handler: (_request, reply) => reply.code(405).header('allow', 'POST').type('text/plain').send('use POST\n'),
    })
  }
}

async function receive(
  request: FastifyRequest,
  { queue, stats, maxRequestBytes }: OtlpHttpOptions,
  hold: (bytes: number) => void,
): Promise<void> {
  const sent = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
  const encoding = String(request.headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase()
  const content = decompress(sent, encoding, maxRequestBytes)
  hold(sent.length + content.length)
  const body = isJson(request) ? encodeJsonRequest(content) : content
  if ('problem' in body) throw new CodedError('PAYLOAD_MALFORMED', [body.problem])
  const summary = inspectLogs(body)
  if (summary === undefined) throw new CodedError('PAYLOAD_MALFORMED', ['not a valid ExportLogsServiceRequest'])
  const { records, expandedBytes } = summary
  if (expandedBytes > LARGEST_EXPANSION * maxRequestBytes) {
    const size = `${expandedBytes} (with the resource of each record written out)`
    throw new CodedError('PAYLOAD_TOO_LARGE', [size, LARGEST_EXPANSION * maxRequestBytes])
  }
  // What came compressed in a way the queue knows is written as it is: fewer bytes, and no work.
  const isAsSent = body === content && ENTRY_ENCODINGS.includes(encoding as EntryEncoding)
  const { length } = body
  if (records > 0) {
    const isKept = await queue().append({
      ...{ kind: 'otlp_logs', records, body },
      ...(isAsSent ? { payload: sent, encoding: encoding as EntryEncoding } : { payload: body, encoding: 'identity' }),
    })
    if (!isKept) for (const buffer of [body, sent]) freeNow(buffer)
  }
  stats.requests += 1
  stats.bytes += length
  stats.records += records
}

function isJson(request: FastifyRequest): boolean {
  return String(request.headers['content-type'] ?? '')
    .trim()
    .toLowerCase()
    .startsWith(JSON_TYPE)
}

/** Gives every error a code: our own have one, the rest are the server's or unexpected. */
function toCoded(error: unknown, request: FastifyRequest, { maxRequestBytes }: OtlpHttpOptions): CodedError {
  if (error instanceof CodedError) return error
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0
  if (status === 413) return new CodedError('PAYLOAD_TOO_LARGE', ['too many', maxRequestBytes])
  if (status === 415) {
    const type = String(request.headers['content-type'] ?? '(none)')
    return new CodedError('UNSUPPORTED_MEDIA_TYPE', [type, `${PROTOBUF} or ${JSON_TYPE}`])
  }
  if (status >= 400 && status < 500) return new CodedError('PAYLOAD_MALFORMED', [messageOf(error)], { cause: error })
  return new CodedError('RECEIVE_FAILED', [messageOf(error)], { cause: error, retryable: true })
}

/** The body of an error is a google.rpc.Status in the encoding of the request. */
function sendError(error: CodedError, request: FastifyRequest, reply: FastifyReply): void {
  const status = STATUS_OF[error.code] ?? 503
  if (status === 503 || status === 429) reply.header('retry-after', RETRY_AFTER_SECONDS)
  if (error.code === 'UNSUPPORTED_ENCODING') reply.header('accept-encoding', CONTENT_ENCODINGS.join(', '))
  reply.code(status)
  if (isJson(request)) reply.type(JSON_TYPE).send(JSON.stringify({ message: error.message }))
  else reply.type(PROTOBUF).send(encodeStatus(error.message))
}
