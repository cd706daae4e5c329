import { messageOf } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { CollectorEvents } from '../../events.ts'
import { CONTENT_ENCODINGS } from '../content.ts'
import type { InFlightBytes } from '../in-flight.ts'
import { RETRY_AFTER_SECONDS, statusOf, toCoded } from '../refusal.ts'
import { leaveBodies, pageOf, takeBody } from '../request-body.ts'
import { ApiError, illegalArgument, rejected } from './api-error.ts'
import type { BulkIntake } from './bulk-intake.ts'
import { answerType, requireJson } from './media-type.ts'
import { parseBulkParameters } from './parameters.ts'
import { PRODUCT } from './shipper-routes.ts'

export interface BulkRoutesOptions {
  readonly bulk: BulkIntake
  readonly inFlight: InFlightBytes
  readonly events: CollectorEvents
  /** Largest request, before and after decompression. */
  readonly maxRequestBytes: number
}

const PATHS = ['/_bulk', '/_bulk/', '/:index/_bulk', '/:index/_bulk/']

/**
 * `_bulk`, so that what ships to Elasticsearch can ship here unchanged. 201 for an item means that it is on disk, in the
 * queue; what Elasticsearch then refuses goes to the dead letter.
 */
export function bulkRoutes(options: BulkRoutesOptions): (app: FastifyInstance) => void {
  const { inFlight, events } = options
  return (app) => {
    void app.register((scope, _options, done) => {
      leaveBodies(scope, inFlight)
      scope.addHook('onRequest', (_request, reply, next) => {
        reply.headers(PRODUCT)
        next()
      })
      scope.setErrorHandler((error, request, reply) => {
        const { refusal, reason } = refusalOf(error)
        events.requestRefused({ transport: 'bulk', reason }, { err: refusal.message, peer: request.ip })
        if (refusal.status === 429 || refusal.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
        if (refusal.status === 415) reply.header('accept-encoding', CONTENT_ENCODINGS.join(', '))
        return reply.code(refusal.status).type('application/json').send(JSON.stringify(refusal.toBody()))
      })
      for (const url of PATHS) {
        scope.route({ method: ['POST', 'PUT'], url, handler: (request, reply) => answer(request, reply, options) })
        scope.route({
          method: ['GET', 'DELETE'],
          url,
          handler: ({ method }) => {
            const reason = `Incorrect HTTP method for uri [${url}] and method [${method}], allowed: [POST, PUT]`
            return Promise.reject(new ApiError(405, 'illegal_argument_exception', reason))
          },
        })
      }
      done()
    })
  }
}

async function answer(request: FastifyRequest, reply: FastifyReply, options: BulkRoutesOptions): Promise<FastifyReply> {
  const { bulk, inFlight, maxRequestBytes } = options
  const { headers, params } = request
  if (pageOf(request) !== undefined) {
    throw new ApiError(403, 'security_exception', 'requests of pages in browsers are not taken')
  }
  requireJson(headers['content-type'])
  const type = answerType(headers.accept)
  const parameters = parseBulkParameters(request.url, (params as { index?: string }).index)
  // Once as it came, once as it is queued.
  const { sent, content } = await takeBody(request, reply, { inFlight, maxRequestBytes, copies: 2 })
  const result = await bulk.take(content, parameters, content !== sent)
  // As bytes: to a text fastify adds a charset, which these types do not have.
  return reply.header('content-type', type).send(Buffer.from(JSON.stringify(result)))
}

const STATUS_OF: Readonly<Record<string, readonly [status: number, type: string]>> = {
  PAYLOAD_MALFORMED: [400, 'parse_exception'],
  PAYLOAD_TOO_LARGE: [413, 'content_too_large_exception'],
  UNSUPPORTED_ENCODING: [415, 'illegal_argument_exception'],
}
const WITHOUT_ROOM = ['QUEUE_FULL', 'DISK_FULL', 'TOO_MANY_REQUESTS']

function refusalOf(error: unknown): { readonly refusal: ApiError; readonly reason: string } {
  if (error instanceof ApiError) return { refusal: error, reason: error.type }
  // The server's own: a header that is none.
  const status = statusOf(error)
  if (status === 415)
    return refusalOf(new ApiError(406, 'media_type_header_exception', 'Content-Type header is invalid'))
  if (status >= 400 && status < 500) return refusalOf(illegalArgument(messageOf(error)))
  const coded = toCoded(error)
  const reason = coded.code.toLowerCase()
  if (WITHOUT_ROOM.includes(coded.code)) return { refusal: rejected(coded.message), reason }
  const [code, type] = STATUS_OF[coded.code] ?? [503, 'unavailable_exception']
  return { refusal: new ApiError(code, type, coded.message), reason }
}
