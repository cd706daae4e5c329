import type { Clock } from '#lib/clock.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { SeriesTable } from '../series/series-table.ts'
import { Compression } from './compression.ts'
import { CONTENT_TYPES, chooseCoding, chooseFormat } from './format.ts'
import { Renderer } from './renderer.ts'
import { Selection } from './selection.ts'
import { sendPage } from './send-pages.ts'
import { parseWanted } from './wanted.ts'

export interface ExpositionOptions {
  readonly table: SeriesTable
  readonly clock: Clock
  /** Pages that are written at once. */
  readonly maxConcurrent: number
}

/** Nobody waits longer for a page, whatever it says. */
const MAX_TIMEOUT_MS = 300_000
const DEFAULT_TIMEOUT_MS = 60_000
const RETRY_AFTER_SECONDS = 5

/** Pages of series for Prometheus. */
export class Exposition {
  /** Pages by how they ended; `refused` are those beyond the limit. */
  readonly pages = { complete: 0, timeout: 0, aborted: 0, refused: 0 }
  seconds = 0
  /** Before compression. */
  bytes = 0
  readonly #options: ExpositionOptions
  readonly #compression = new Compression()
  #running = 0

  constructor(options: ExpositionOptions) {
    this.#options = options
  }

  /** What compression keeps from page to page. */
  get compressionBytes(): number {
    return this.#compression.bytes
  }

  /** `GET /metrics/nodes` and `GET /federate`. */
  readonly routes = (app: FastifyInstance): void => {
    app.get('/metrics/nodes', (request, reply) => this.#answer(request, reply, false))
    app.get('/federate', (request, reply) => this.#answer(request, reply, true))
  }

  async #answer(request: FastifyRequest, reply: FastifyReply, needsSelector: boolean): Promise<unknown> {
    const { table, clock, maxConcurrent } = this.#options
    const result = parseWanted(new URL(request.url, 'http://localhost').searchParams)
    if (!result.ok) return refuse(reply, 400, result.problem)
    if (needsSelector && result.wanted.selectors.length === 0) {
      return refuse(reply, 400, 'match[] says which series are wanted, as {job="cadvisor"}; at least one is needed')
    }
    const { headers } = request
    const format = chooseFormat(headers.accept)
    const encoding = headers['accept-encoding']
    const coding = chooseCoding(typeof encoding === 'string' ? encoding : undefined)
    const head = {
      'content-type': CONTENT_TYPES[format],
      vary: 'accept, accept-encoding',
      'cache-control': 'no-store',
      ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
    }
    if (request.method === 'HEAD') return reply.headers(head).send()
    if (this.#running >= maxConcurrent) {
      this.pages.refused += 1
      reply.header('retry-after', RETRY_AFTER_SECONDS)
      return refuse(reply, 503, `${this.#running} pages are being written already (metrics.exposition.max_concurrent)`)
    }
    this.#running += 1
    const startedMs = clock.monotonicMs()
    reply.hijack()
    reply.raw.writeHead(200, head)
    // What selectors choose of a page is not the neighbour of what it was: there zlib is as fast.
    const deflater = coding === 'gzip' && result.wanted.selectors.length === 0 ? this.#compression.open() : undefined
    try {
      const { outcome, bytes } = await sendPage({
        renderer: new Renderer(table.store, format, new Selection(result.wanted), deflater),
        ...{ target: reply.raw, coding: deflater === undefined ? coding : 'identity', clock },
        deadlineMs: startedMs + timeoutOf(headers['x-prometheus-scrape-timeout-seconds']),
      })
      this.pages[outcome] += 1
      this.bytes += bytes
    } finally {
      this.#running -= 1
      this.seconds += (clock.monotonicMs() - startedMs) / 1_000
    }
    return reply
  }
}

function refuse(reply: FastifyReply, status: number, problem: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${problem}\n`)
}

function timeoutOf(header: string | readonly string[] | undefined): number {
  const seconds = Number(header)
  return seconds > 0 ? Math.min(seconds * 1_000, MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS
}
