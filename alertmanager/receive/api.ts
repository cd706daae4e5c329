import { messageOf } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { spanOf } from '../tracing/requests.ts'
import type { Span } from '../tracing/span.ts'
import { acceptsJson, contentTypeProblem, mediaType } from './content-types.ts'
import { isPreflight, originHeaders, preflight } from './cross-origin.ts'
import { discardBody } from './discard-body.ts'
import type { Query } from './query.ts'
import { type ApiResponse, malformed } from './response.ts'
import { sendPieces } from './send-pieces.ts'
import { lacksSlash, redirectToSlash } from './slash-redirect.ts'

interface ApiRequest {
  readonly query: Query
  /** The variable parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What is done for it is part of this. */
  readonly span: Span
}

const METHODS = ['DELETE', 'GET', 'POST'] as const
type Method = (typeof METHODS)[number]
type Handler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>

/** One path of the API and what may be done there. */
export interface Endpoint {
  readonly path: string
  readonly methods: Readonly<Partial<Record<Method, Handler>>>
}

/** Of upstream's API. */
const UPSTREAM_PREFIX = '/api/v2'
/** Of everything that upstream does not have. */
export const OWN_PREFIX = '/api/vedette/v1'
/** Fastify's, for a header that is none. */
const MEDIA_TYPE_ERRORS = new Set<unknown>(['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'FST_ERR_CTP_INVALID_CONTENT_TYPE'])
const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export interface ApiOptions {
  readonly prefix?: string
  readonly endpoints: readonly Endpoint[]
  /** What stands before the paths of all routes: empty, or as `/am`. */
  readonly routePrefix: string
  /** Puts limits on the requests. */
  readonly limit: (api: FastifyInstance) => void
}

/** Serves endpoints, of API v2 unless another prefix is given, with the manners of upstream's generated server: status codes, errors and headers. */
export function serveApi(
  app: FastifyInstance,
  { prefix = UPSTREAM_PREFIX, endpoints, routePrefix, limit }: ApiOptions,
): void {
  app.register(
    (api, _options, done) => {
      limit(api)
      api.removeAllContentTypeParsers()
      api.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
      api.addHook('onRequest', (request, reply, next) => {
        reply.header('cache-control', 'no-store')
        if (!isPreflight(request.method, request.headers)) reply.headers(originHeaders(request.headers))
        next()
      })
      for (const endpoint of endpoints) {
        api.route({
          method: [...ALL_METHODS],
          url: endpoint.path,
          handler: async (request, reply) => {
            const response = await answer(endpoint, request)
            // It may have taken too long, and been answered for that.
            return reply.sent ? reply : send(reply, response)
          },
        })
      }
      api.setNotFoundHandler((request, reply) => {
        if (lacksSlash(request, routePrefix + prefix)) return redirectToSlash(request, reply, routePrefix + prefix)
        return send(reply, malformed(404, `path ${pathOf(request).slice(routePrefix.length)} was not found`))
      })
      api.setErrorHandler(async (error, request, reply) => {
        await discardBody(request)
        return send(reply, failure(error, request))
      })
      done()
    },
    { prefix: routePrefix + prefix },
  )
}

async function answer({ methods }: Endpoint, request: FastifyRequest): Promise<ApiResponse> {
  if (isPreflight(request.method, request.headers)) return preflight(request.headers)
  const handler = methods[request.method as Method]
  if (handler === undefined) return methodNotAllowed(request.method, methods)
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const contentType = request.headers['content-type'] ?? 'application/octet-stream'
  if (body.length > 0 && mediaType(contentType) !== 'application/json') {
    const message = `unsupported media type ${JSON.stringify(contentType)}, only [application/json] are allowed`
    return malformed(415, message)
  }
  // Whoever sends a body takes an answer of the same type, whatever the header says.
  if (body.length === 0 && !acceptsJson(request.headers.accept)) {
    return malformed(406, 'unsupported media type requested, only [application/json] are available')
  }
  const params = request.params as Record<string, string>
  return handler({ query: request.query as Query, params, body, span: spanOf(request) })
}

/** What goes wrong before an endpoint sees the request, such as a body that is too long. */
function failure(error: unknown, { headers }: FastifyRequest): ApiResponse {
  const contentType = headers['content-type']
  if (contentType !== undefined && error instanceof Error && 'code' in error && MEDIA_TYPE_ERRORS.has(error.code)) {
    const message = `parsing Content-Type header from ${JSON.stringify(contentType)} failed, because `
    return malformed(400, message + contentTypeProblem(contentType))
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return malformed(status, messageOf(error))
}

function methodNotAllowed(method: string, methods: Endpoint['methods']): ApiResponse {
  const list = METHODS.filter((name) => methods[name] !== undefined).join(',')
  return { ...malformed(405, `method ${method} is not allowed, but [${list}] are`), headers: { allow: list } }
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!
}

async function send(
  reply: FastifyReply,
  { status, contentType, body, headers = {} }: ApiResponse,
): Promise<FastifyReply> {
  reply.code(status).headers(headers)
  if (contentType !== undefined) reply.header('content-type', contentType)
  if (body === '') return reply.send()
  // A text would get a charset added to its type, and no body a type of its own.
  if (typeof body === 'string') return reply.send(Buffer.from(body))
  await sendPieces(reply, body)
  return reply
}

/** API v1 is gone upstream too; old clients get told where to go. */
export function serveRetiredApi(app: FastifyInstance, routePrefix: string): void {
  const error = 'API v1 of Alertmanager was removed with version 0.27; use the same endpoint of /api/v2'
  app.all(`${routePrefix}/api/v1/*`, (_request, reply) => {
    return reply
      .code(410)
      .type('application/json')
      .send(Buffer.from(JSON.stringify({ status: 'deprecated', error })))
  })
}
