import { availableParallelism } from 'node:os'
import type { Clock } from '#lib/clock.ts'
import type { FastifyInstance, FastifyReply } from '#lib/http/server.ts'
import { Counter, gaugeOf, type Registry } from '#lib/metrics.ts'
import { formatGoDuration } from '../config/go-duration.ts'

export interface RequestLimits {
  /** Most GET requests at a time; 0 for the number of processors, at least 8. */
  readonly getConcurrency: number
  /** Longest that a request may take; 0 for no limit. */
  readonly timeoutMs: number
}

export interface RequestLimitsDeps {
  readonly clock: Clock
  readonly registry: Registry
}

const LEAST_CONCURRENCY = 8
const UNAVAILABLE = { status: 503, type: 'text/plain; charset=utf-8' } as const

/** Refuses GET requests beyond a number, and requests that take too long, so that neither keeps alerts from coming in. */
export class RequestLimiter {
  readonly #concurrency: number
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #exceeded: Counter
  #inFlight = 0

  constructor({ getConcurrency, timeoutMs }: RequestLimits, { clock, registry }: RequestLimitsDeps) {
    this.#concurrency = getConcurrency > 0 ? getConcurrency : Math.max(availableParallelism(), LEAST_CONCURRENCY)
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    const labels = { method: 'get' }
    const labelNames = ['method']
    gaugeOf(
      registry,
      {
        name: 'alertmanager_http_requests_in_flight',
        help: 'Current number of HTTP requests being processed.',
        labelNames,
      },
      () => [{ labels, value: this.#inFlight }],
    )
    this.#exceeded = new Counter({
      name: 'alertmanager_http_concurrency_limit_exceeded_total',
      help: 'Total number of times an HTTP request failed because the concurrency limit was reached.',
      labelNames,
      registers: [registry],
    })
    this.#exceeded.inc(labels, 0)
  }

  /** Holds for every route of this instance. A request is under way until its answer has been taken. */
  readonly apply = (app: FastifyInstance): void => {
    app.addHook('onRequest', (request, reply, next) => {
      if (request.method === 'GET' && !this.#admit(reply)) return
      this.#bound(reply)
      next()
    })
  }

  #admit(reply: FastifyReply): boolean {
    if (this.#inFlight >= this.#concurrency) {
      this.#exceeded.inc({ method: 'get' })
      refuse(reply, `Limit of concurrent GET requests reached (${this.#concurrency}), try again later.\n`)
      return false
    }
    this.#inFlight += 1
    reply.raw.once('close', () => {
      this.#inFlight -= 1
    })
    return true
  }

  #bound(reply: FastifyReply): void {
    if (this.#timeoutMs === 0) return
    const cancel = this.#clock.after(this.#timeoutMs, () => {
      // A status that is on its way can't be taken back.
      if (reply.sent && !reply.raw.writableEnded) reply.raw.destroy()
      else if (!reply.sent) refuse(reply, `Exceeded configured timeout of ${formatGoDuration(this.#timeoutMs)}.\n`)
    })
    reply.raw.once('close', cancel)
  }
}

function refuse(reply: FastifyReply, text: string): void {
  void reply.code(UNAVAILABLE.status).header('x-content-type-options', 'nosniff').type(UNAVAILABLE.type).send(text)
}
