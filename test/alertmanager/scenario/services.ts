import type { Transports } from '../../../alertmanager/notify/build-receivers.ts'
import type { HttpRequest, HttpResponse } from '../../../alertmanager/notify/http/request.ts'
import type { ManualClock } from '../../support/manual-clock.ts'
import type { Arrival, WebhookBody } from './arrivals.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

const OK: Answer = { status: 200, headers: {} }

/** The services behind the webhooks of a timeline, by the hosts of their URLs. */
export class Services {
  readonly #clock: ManualClock
  readonly #onArrival: (arrival: Arrival) => void
  readonly #answers = new Map<string, Answer>()
  readonly #waysMs = new Map<string, number>()
  readonly #thinkingMs = new Map<string, number>()

  constructor(clock: ManualClock, onArrival: (arrival: Arrival) => void) {
    this.#clock = clock
    this.#onArrival = onArrival
  }

  /** What a service answers from now on. */
  answer(host: string, status: number, headers: Answer['headers'] = {}): void {
    this.#answers.set(host, { status, headers })
  }

  /** How long requests to a service are under way. */
  delay(host: string, delayMs: number): void {
    this.#waysMs.set(host, delayMs)
  }

  /** How long a service takes to answer what has arrived. */
  think(host: string, delayMs: number): void {
    this.#thinkingMs.set(host, delayMs)
  }

  get transports(): Transports {
    return {
      http: () => (request, signal) => this.#take(request, signal),
      mail: () => () => Promise.reject(new Error('no mail in timelines')),
    }
  }

  async #take({ url, body }: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { host } = new URL(url)
    await this.#pass(this.#waysMs.get(host), signal)
    const { status, headers } = this.#answers.get(host) ?? OK
    this.#onArrival({
      atMs: Math.round(this.#clock.monotonicMs()),
      host,
      status,
      body: JSON.parse(body) as WebhookBody,
    })
    await this.#pass(this.#thinkingMs.get(host), signal)
    return { status, headers, body: '' }
  }

  async #pass(delayMs: number | undefined, signal: AbortSignal): Promise<void> {
    if (delayMs !== undefined && delayMs > 0) await this.#clock.sleep(delayMs, signal)
    signal.throwIfAborted()
  }
}
