import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { isDiskFull } from '../disk/sqlite.ts'
import { diskFull, ElasticsearchError } from '../elasticsearch-error.ts'
import type { StoreEvents } from '../events.ts'
import { printExact } from '../json/exact.ts'
import { type BodyOptions, withBody } from './body.ts'
import { filterAnswer, parseFilterPath } from './filter-path.ts'
import { answerType, requireJson } from './media-type.ts'
import { prettyJson } from './pretty.ts'
import type { ApiAnswer, Route } from './route.ts'
import { parseParameters, Router } from './router.ts'

export interface ApiServerOptions {
  readonly routes: readonly Route[]
  readonly body: BodyOptions
  readonly events: StoreEvents
  /** Called with each answered request: its route's path, its status and how long it took. */
  readonly onAnswer: (route: string, status: number, seconds: number) => void
}

/** Serves the Elasticsearch API on a fastify instance: every path that no other route of it has. */
export function serveApi(app: FastifyInstance, options: ApiServerOptions): void {
  const router = new Router(options.routes)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('X-Elastic-Product', 'Elasticsearch')
    done()
  })
  // Bodies are read by hand, because they are limited and counted after decompression too.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options.events))
  app.all('/*', async (request, reply) => {
    const startedAt = performance.now()
    let route = 'unknown'
    try {
      const [path = '/', query = ''] = splitUrl(request.raw.url ?? '/')
      const match = router.match(request.method, path)
      route = match.route.path
      const parameters = parseParameters(match.route, path, query)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const type = answerType(request.headers.accept)
      await withBody(request.raw, options.body, async (body) => {
        if (body.length > 0) requireJson(request.headers['content-type'])
        const apiRequest = { path: match.path, parameters, method: request.method, signal: gone.signal }
        await sendAnswer(reply, await match.route.handle(apiRequest, body), type, parameters)
      })
    } catch (error) {
      await sendError(error, request, reply, options.events)
    } finally {
      options.onAnswer(route, reply.statusCode, (performance.now() - startedAt) / 1000)
    }
    return reply
  })
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

function sendAnswer(
  reply: FastifyReply,
  { status, body, isFiltered, type: ownType }: ApiAnswer,
  type: string,
  parameters: ReadonlyMap<string, string>,
): FastifyReply {
  reply.code(status)
  if (body === undefined) return reply.send()
  if (ownType !== undefined) return reply.header('content-type', ownType).send(body)
  const filter = isFiltered === true ? undefined : parseFilterPath(parameters.get('filter_path'))
  let text = typeof body === 'string' ? body : printExact(body)
  if (filter !== undefined) text = filterAnswer(text, filter)
  if (parameters.has('pretty') && parameters.get('pretty') !== 'false') text = prettyJson(text)
  return reply.header('content-type', type).send(text)
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, events: StoreEvents): FastifyReply {
  const shown = asElasticsearchError(error, request, events)
  if (shown.status === 429 || shown.status === 503) reply.header('Retry-After', '1')
  // What is left of a body that was refused is read and thrown away, or the sender would not get to see the answer.
  request.raw.resume()
  return reply.code(shown.status).header('content-type', 'application/json').send(printExact(shown.toBody()))
}

function asElasticsearchError(error: unknown, request: FastifyRequest, events: StoreEvents): ElasticsearchError {
  if (error instanceof ElasticsearchError) return error
  if (isDiskFull(error)) {
    events.diskFull({}, { reason: messageOf(error) })
    return diskFull()
  }
  // The client is gone; nobody reads this answer.
  if (systemErrorCode(error) === 'ECONNRESET') return new ElasticsearchError(400, 'parse_exception', messageOf(error))
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  if (status < 500) return new ElasticsearchError(status, 'illegal_argument_exception', messageOf(error))
  events.requestFailed({}, { url: request.url, err: error, stack: error instanceof Error ? error.stack : undefined })
  return new ElasticsearchError(503, 'unavailable_shards_exception', `the store failed: ${messageOf(error)}`)
}
