import { CodedError } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { CollectorEvents } from '../../events.ts'
import { CONTENT_ENCODINGS } from '../../receive/content.ts'
import type { InFlightBytes } from '../../receive/in-flight.ts'
import { RETRY_AFTER_SECONDS, refusalOf, statusOf, toCoded } from '../../receive/refusal.ts'
import { leaveBodies, pageOf, takeBody } from '../../receive/request-body.ts'
import { PROCESS_HEADER, PROTOCOL_HEADERS, type Protocol } from '../protocol.ts'
import type { WriteIntake } from './write-intake.ts'
import type { WriteTally } from './write-tally.ts'

export interface RemoteWriteRoutesOptions {
  readonly intake: WriteIntake
  readonly inFlight: InFlightBytes
  readonly events: Pick<CollectorEvents, 'requestRefused'>
  /** Largest request, before and after decompression. */
  readonly maxRequestBytes: number
  /** What this process sends with its own requests, which it does not take. */
  readonly processId: string
}

/** Prometheus', and Mimir's. */
const PATHS = ['/api/v1/write', '/api/v1/push']
const PROTOBUF = 'application/x-protobuf'
const MESSAGES: Readonly<Record<string, Protocol>> = {
  'prometheus.WriteRequest': '1.0',
  'io.prometheus.write.v2.Request': '2.0',
}

/**
 * Receiving by Prometheus remote write 1.0 and 2.0. 204 means that all is in the table; with 400, what the text does not
 * speak of is.
 */
export function remoteWriteRoutes(options: RemoteWriteRoutesOptions): (app: FastifyInstance) => void {
  const { inFlight, events } = options
  return (app) => {
    void app.register((scope, _options, done) => {
      leaveBodies(scope, inFlight)
      scope.setErrorHandler((error, request, reply) => {
        const coded = codeOf(error, request)
        const { httpStatus, isTransient } = refusalOf(coded)
        const reason = coded.code.toLowerCase()
        events.requestRefused({ transport: 'remote_write', reason }, { err: coded.message, peer: request.ip })
        if (isTransient) reply.header('retry-after', RETRY_AFTER_SECONDS)
        if (coded.code === 'UNSUPPORTED_ENCODING') reply.header('accept-encoding', CONTENT_ENCODINGS.join(', '))
        return reply.code(httpStatus).type('text/plain; charset=utf-8').send(`${coded.message}\n`)
      })
      for (const url of PATHS) {
        scope.post(url, (request, reply) => answer(request, reply, options))
        scope.route({
          method: ['GET', 'PUT', 'DELETE'],
          url,
          handler: (_request, reply) => reply.code(405).header('allow', 'POST').type('text/plain').send('use POST\n'),
        })
      }
      done()
    })
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { intake, inFlight, maxRequestBytes, processId }: RemoteWriteRoutesOptions,
): Promise<FastifyReply> {
  const { headers } = request
  const page = pageOf(request)
  if (page !== undefined) throw new CodedError('CROSS_ORIGIN', [page])
  if (headers[PROCESS_HEADER] === processId) {
    throw new CodedError('PAYLOAD_MALFORMED', ['this collector writes to itself; correct the url of remote_write'])
  }
  const protocol = protocolOf(headers['content-type'])
  // Senders of 1.0 that forget to say it compress all the same.
  const { content } = await takeBody(request, reply, { inFlight, maxRequestBytes, usualEncoding: 'snappy' })
  return respond(reply, protocol, await intake.take(content, protocol))
}

function respond(reply: FastifyReply, protocol: Protocol, tally: WriteTally): FastifyReply {
  if (protocol === '2.0') {
    reply.headers({
      'x-prometheus-remote-write-samples-written': tally.samples,
      'x-prometheus-remote-write-histograms-written': tally.histograms,
      'x-prometheus-remote-write-exemplars-written': 0,
    })
  }
  const { problem } = tally
  if (problem === undefined) return reply.code(204).send()
  return reply.code(400).type('text/plain; charset=utf-8').send(`${problem}\n`)
}

/** Which message a media type means: without a name, that of 1.0. */
function protocolOf(header: string | undefined): Protocol {
  const [type, ...parameters] = String(header ?? PROTOBUF).split(';')
  const named = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('proto='))
  const message = named === undefined ? 'prometheus.WriteRequest' : named.slice('proto='.length).replace(/^"|"$/g, '')
  const protocol = MESSAGES[message]
  if (type!.trim().toLowerCase() === PROTOBUF && protocol !== undefined) return protocol
  const both = `${PROTOCOL_HEADERS['1.0']['content-type']} or ${PROTOCOL_HEADERS['2.0']['content-type']}`
  throw new CodedError('UNSUPPORTED_MEDIA_TYPE', [String(header ?? '(none)'), both])
}

/** Gives every error a code: our own have one, the rest are the server's or unexpected. */
function codeOf(error: unknown, request: FastifyRequest): CodedError {
  const status = statusOf(error)
  if (error instanceof CodedError || status < 400 || status >= 500) return toCoded(error)
  return new CodedError('PAYLOAD_MALFORMED', [`${request.method} ${status}`], { cause: error })
}
