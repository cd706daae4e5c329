import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { createEvents, type EventDeps } from '#lib/events.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { gaugeOf, Histogram } from '#lib/metrics.ts'
import type { Elasticsearch } from '../index/elasticsearch.ts'
import { errorBody, statusOf } from './error-answer.ts'
import { QUERY_EVENTS, type QueryEvents } from './events.ts'
import { instantOf } from './instant.ts'
import { listValues } from './list-values.ts'
import { parsePageRequest, parseTailRequest, parseValuesRequest } from './parameters.ts'
import { printCursor, readPage } from './read-page.ts'
import { Searcher } from './searcher.ts'
import { LiveTails } from './tail/serve-tail.ts'
import type { TailLimits } from './tail/tailer.ts'

export interface QueryApiOptions {
  readonly elasticsearch: Elasticsearch
  /** Data stream, index or pattern that is searched. */
  readonly index: string
  readonly tail?: { readonly limits?: Partial<TailLimits>; readonly maxTails?: number }
}

/**
 * The query API, for the page, the command line and anyone else:
 *
 * GET /api/v1/logs           a page of records
 * GET /api/v1/logs/values    the values of a field
 * GET /api/v1/logs/tail      new records as server-sent events
 *
 * It asks Elasticsearch's own API only, so it works with any cluster as with the embedded store.
 */
export function queryRoutes(options: QueryApiOptions, deps: EventDeps): (app: FastifyInstance) => void {
  const { clock, registry } = deps
  const events = createEvents('vedette_collector', QUERY_EVENTS, deps)
  const searcher = new Searcher({ elasticsearch: options.elasticsearch, index: options.index, events })
  const tails = new LiveTails({ searcher, clock, events, ...options.tail })
  gaugeOf(registry, { name: 'vedette_collector_query_tails', help: 'Live tails under way.' }, () => tails.count)
  const seconds = new Histogram({
    name: 'vedette_collector_query_duration_seconds',
    help: 'Time to answer a request to the query API, live tails left out.',
    labelNames: ['endpoint'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [registry],
  })

  const answering = (endpoint: string, answer: (query: URLSearchParams, signal: AbortSignal) => Promise<object>) => {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const startedMs = clock.monotonicMs()
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const { status, body } = await outcomeOf(() => answer(queryOf(request), gone.signal))
      events.answered({ endpoint, status: String(status) })
      seconds.observe({ endpoint }, (clock.monotonicMs() - startedMs) / 1_000)
      return reply.code(status).header('cache-control', 'no-store').send(body)
    }
  }

  return (app) => {
    app.get(
      '/api/v1/logs',
      answering('logs', (query, signal) => answerPage(searcher, clock, query, signal)),
    )
    app.get(
      '/api/v1/logs/values',
      answering('values', async (query, signal) => ({
        values: await listValues(searcher, parseValuesRequest(query, clock.nowMs()), signal),
      })),
    )
    app.get('/api/v1/logs/tail', (request, reply) => serveTail(tails, clock, events, request, reply))
    app.get(
      '/api/*',
      answering('unknown', () => {
        throw new CodedError('NOT_FOUND', [
          'such endpoint; there are /api/v1/logs, /api/v1/logs/values and /api/v1/logs/tail',
        ])
      }),
    )
    app.addHook('preClose', async () => tails.closeAll())
  }
}

async function answerPage(
  searcher: Searcher,
  clock: Clock,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<object> {
  const nowMs = clock.nowMs()
  const request = parsePageRequest(query, nowMs)
  const { records, next, total, warnings } = await readPage(searcher, request, signal)
  return {
    records,
    ...(next === undefined ? {} : { next_cursor: printCursor(next) }),
    ...(total === undefined ? {} : { total }),
    ...(warnings.length === 0 ? {} : { warnings }),
    as_of: instantOf(nowMs),
  }
}

async function serveTail(
  tails: LiveTails,
  clock: Clock,
  events: QueryEvents,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const header = request.headers['last-event-id']
  const lastEventId = typeof header === 'string' && header !== '' ? header : undefined
  const begin = () => {
    events.answered({ endpoint: 'tail', status: '200' })
    reply.hijack()
  }
  try {
    await tails.serve(parseTailRequest(queryOf(request), lastEventId, clock.nowMs()), reply.raw, begin)
    return reply
  } catch (error) {
    if (reply.sent) {
      reply.raw.destroy()
      throw error
    }
    const { status, body } = await outcomeOf(() => Promise.reject(error))
    events.answered({ endpoint: 'tail', status: String(status) })
    return reply.code(status).header('cache-control', 'no-store').send(body)
  }
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

async function outcomeOf(answer: () => Promise<object>): Promise<{ status: number; body: object }> {
  try {
    return { status: 200, body: await answer() }
  } catch (error) {
    if (error instanceof CodedError) return { status: statusOf(error), body: errorBody(error) }
    throw error
  }
}
