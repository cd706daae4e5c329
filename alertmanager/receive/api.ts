import { messageOf } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { Query } from './query.ts'
import { type ApiResponse, malformed } from './response.ts'

interface ApiRequest {
  readonly query: Query
  readonly body: Buffer
}

const METHODS = ['DELETE', 'GET', 'POST'] as const
type Method = (typeof METHODS)[number]
type Handler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>

/** One path of the API and what may be done there. */
export interface Endpoint {
  readonly path: string
  readonly methods: Readonly<Partial<Record<Method, Handler>>>
}

const PREFIX = '/api/v2'
const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Serves the endpoints of API v2 with the manners of upstream's generated server: status codes, errors and headers. */
export function serveApi(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  app.register(
    (api, _options, done) => {
      api.removeAllContentTypeParsers()
      api.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
      api.addHook('onRequest', (request, reply, next) => {
        reply.headers({ 'cache-control': 'no-store', vary: 'Origin' })
        if (request.headers.origin !== undefined) reply.header('access-control-allow-origin', '*')
        next()
      })
      for (const endpoint of endpoints) {
        for (const url of [endpoint.path, `${endpoint.path}/`]) {
          api.route({
            method: [...ALL_METHODS],
            url,
            handler: async (request, reply) => send(reply, await answer(endpoint, request)),
          })
        }
      }
      api.setNotFoundHandler((request, reply) => {
        return send(reply, malformed(404, `path ${pathOf(request)} was not found`))
      })
      api.setErrorHandler((error, _request, reply) => {
        const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
        return send(reply, malformed(status, messageOf(error)))
      })
      done()
    },
    { prefix: PREFIX },
  )
}

async function answer({ methods }: Endpoint, request: FastifyRequest): Promise<ApiResponse> {
  if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    return preflight(request)
  }
  const handler = methods[request.method as Method]
  if (handler === undefined) return methodNotAllowed(request.method, methods)
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const contentType = request.headers['content-type'] ?? 'application/octet-stream'
  if (body.length > 0 && mediaType(contentType) !== 'application/json') {
    const message = `unsupported media type ${JSON.stringify(contentType)}, only [application/json] are allowed`
    return malformed(415, message)
  }
  if (!acceptsJson(request.headers.accept)) {
    return malformed(406, 'unsupported media type requested, only [application/json] are available')
  }
  return handler({ query: request.query as Query, body })
}

function methodNotAllowed(method: string, methods: Endpoint['methods']): ApiResponse {
  const list = METHODS.filter((name) => methods[name] !== undefined).join(',')
  return { ...malformed(405, `method ${method} is not allowed, but [${list}] are`), headers: { allow: list } }
}

/** Any page may ask with the simple methods; upstream allows no others either. */
function preflight(request: FastifyRequest): ApiResponse {
  const method = request.headers['access-control-request-method'] ?? ''
  const asked = request.headers['access-control-request-headers']
  const headers: Record<string, string> = {
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  }
  if (['GET', 'POST', 'HEAD'].includes(method)) headers['access-control-allow-methods'] = method
  if (asked !== undefined) headers['access-control-allow-headers'] = 'Accept, Content-Type, X-Requested-With'
  return { status: 200, body: '', headers }
}

function mediaType(header: string): string {
  return header.split(';', 1)[0]!.trim().toLowerCase()
}

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true
  return accept.split(',').some((range) => ['application/json', 'application/*', '*/*'].includes(mediaType(range)))
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!
}

function send(reply: FastifyReply, { status, contentType, body, headers = {} }: ApiResponse): FastifyReply {
  reply.code(status).headers(headers)
  if (contentType !== undefined) reply.header('content-type', contentType)
  // A text would get a charset added to its type, and no body a type of its own.
  return body === '' ? reply.send() : reply.send(Buffer.from(body))
}

/** API v1 is gone upstream too; old clients get told where to go. */
export function serveRetiredApi(app: FastifyInstance): void {
  const error = 'API v1 of Alertmanager was removed with version 0.27; use the same endpoint of /api/v2'
  app.all('/api/v1/*', (_request, reply) => {
    return reply
      .code(410)
      .type('application/json')
      .send(Buffer.from(JSON.stringify({ status: 'deprecated', error })))
  })
}
