import { parseDuration } from '#lib/duration.ts'
import { messageOf } from '#lib/errors.ts'
import { expositionFormatOf } from '#lib/exposition/format.ts'
import { quoteGo } from '#lib/go-quote.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { CollectorEvents } from '../events.ts'
import type { InFlightBytes } from '../receive/in-flight.ts'
import { RETRY_AFTER_SECONDS, refusalOf, statusOf, toCoded } from '../receive/refusal.ts'
import { leaveBodies, pageOf, takeBody } from '../receive/request-body.ts'
import type { PushConfig } from './config.ts'
import { type Grouping, parseGrouping } from './grouping.ts'
import { PushRefusal } from './push-refusal.ts'
import type { PushStore } from './push-store.ts'
import type { ReadFamilies } from './pushed-family.ts'
import { readDelimitedFamilies } from './read-protobuf.ts'
import { readTextFamilies } from './read-text.ts'

export interface PushRoutesOptions {
  readonly store: PushStore
  readonly config: Pick<PushConfig, 'max_request_bytes' | 'max_series_per_group'>
  readonly inFlight: InFlightBytes
  readonly events: CollectorEvents
}

const PATHS = ['/metrics/job/*', '/metrics/job@base64/*']
const TEXT = 'text/plain; charset=utf-8'

/**
 * Pushgateway's way in (prometheus/pushgateway 1.5, README): PUT replaces a group, POST the metrics of the same names,
 * DELETE removes the group. The answer means that the change is on disk.
 */
export function pushRoutes(options: PushRoutesOptions): (app: FastifyInstance) => void {
  const { store, events, inFlight } = options
  return (app) => {
    void app.register((scope, _options, done) => {
      leaveBodies(scope, inFlight)
      scope.setErrorHandler((error, request, reply) => {
        const { status, reason, message } = toRefusal(error)
        events.pushRefused({ reason }, { err: message, peer: request.ip })
        if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
        return reply.code(status).type(TEXT).send(`${message}\n`)
      })
      for (const url of PATHS) {
        scope.route({ method: ['PUT', 'POST'], url, handler: (request, reply) => push(request, reply, options) })
        scope.delete(url, async (request, reply) => {
          await store.delete(groupingOf(request))
          return reply.code(202).send()
        })
        scope.route({ method: ['GET', 'PATCH', 'OPTIONS'], url, handler: (_request, reply) => refuseMethod(reply) })
      }
      done()
    })
  }
}

function refuseMethod(reply: FastifyReply): FastifyReply {
  return reply.code(405).header('allow', 'DELETE, POST, PUT').type(TEXT).send('Method Not Allowed\n')
}

async function push(request: FastifyRequest, reply: FastifyReply, options: PushRoutesOptions): Promise<FastifyReply> {
  const { store, config, inFlight } = options
  const { headers, method } = request
  const grouping = groupingOf(request)
  const ttlMs = ttlOf(request)
  const { content } = await takeBody(request, reply, { inFlight, maxRequestBytes: config.max_request_bytes })
  const families = readFamilies(content, headers['content-type'], config.max_series_per_group)
  await store.push(grouping, families, { isReplaced: method === 'PUT', ttlMs })
  return reply.send()
}

function groupingOf(request: FastifyRequest): Grouping {
  if (pageOf(request) !== undefined) {
    throw new PushRefusal(403, 'origin', 'requests of pages in browsers are not taken')
  }
  const grouping = parseGrouping(request.url.split('?', 1)[0]!)
  if ('problem' in grouping) throw new PushRefusal(400, 'path', grouping.problem)
  return grouping
}

/** `?ttl=1h`: how long the group stays after this push. */
function ttlOf({ url }: FastifyRequest): number | undefined {
  const at = url.indexOf('?')
  const text = at < 0 ? null : new URLSearchParams(url.slice(at + 1)).get('ttl')
  if (text === null) return undefined
  const ttlMs = parseDuration(text)
  if (ttlMs !== undefined) return ttlMs
  throw new PushRefusal(
    400,
    'ttl',
    `ttl ${quoteGo(text.slice(0, 100))} is not a duration; write for example 30s, 5m or 1h30m`,
  )
}

const PROTOBUF = 'application/vnd.google.protobuf'

/** What is not protobuf of the right kind is taken for text, as Pushgateway does. */
function readFamilies(body: Buffer, contentType: string | undefined, maxSeries: number): ReadFamilies {
  const [mediaType = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim())
  const values = new Map(
    parameters.map((part) => {
      const [name = '', value = ''] = part.split('=', 2)
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')]
    }),
  )
  const isDelimited =
    mediaType.toLowerCase() === PROTOBUF &&
    values.get('encoding') === 'delimited' &&
    values.get('proto') === 'io.prometheus.client.MetricFamily'
  if (isDelimited) return readDelimitedFamilies(body, maxSeries)
  return readTextFamilies(body, expositionFormatOf(contentType) ?? 'text', maxSeries)
}

function toRefusal(error: unknown): PushRefusal {
  if (error instanceof PushRefusal) return error
  // The server's own: a header that is none.
  const status = statusOf(error)
  if (status >= 400 && status < 500) return new PushRefusal(status, 'malformed', messageOf(error))
  const coded = toCoded(error)
  const { httpStatus } = refusalOf(coded)
  return new PushRefusal(httpStatus, coded.code.toLowerCase(), coded.message)
}
