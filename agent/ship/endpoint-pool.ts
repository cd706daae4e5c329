import type { Clock } from '#lib/clock.ts'
import type { Endpoint, Ticket } from './endpoint.ts'
import type { ShipEvents } from './events.ts'
import type { Encoding, Outcome } from './outcome.ts'

export interface EndpointPoolOptions {
  readonly endpoints: readonly Endpoint[]
  readonly clock: Clock
  readonly events: Pick<ShipEvents, 'endpointFailed' | 'endpointBack'>
  /** Told when a collector that worked fails. */
  readonly onFailed?: () => void
  /** Requests that may be under way at once, to all together. */
  readonly maxInFlight: number
  /** Whether all requests go to one collector for as long as it works, instead of to the one that has the fewest. */
  readonly isSticky?: boolean
  /** Returns a number in [0, 1); `Math.random` unless told. */
  readonly random?: () => number
}

/** The right to send one request to one collector. */
export interface Lease {
  readonly endpoint: Endpoint
  readonly ticket: Ticket
}

interface Waiter {
  readonly resolve: (lease: Lease | undefined) => void
}

/**
 * The collectors: each request goes to the one that has the fewest under way, so that a slow one gets fewer. They take
 * turns among equals, from a random one on, because the agents of a cluster start together.
 */
export class EndpointPool {
  readonly #options: EndpointPoolOptions
  #endpoints: readonly Endpoint[]
  #next: number
  /** No longer among the endpoints, with requests under way. */
  readonly #leaving = new Set<Endpoint>()
  readonly #waiting: Waiter[] = []
  #cancelTimer: () => void = () => {}

  constructor(options: EndpointPoolOptions) {
    this.#options = options
    this.#endpoints = options.endpoints
    this.#next = this.#anywhere()
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  /** In what the next request will probably be sent. */
  get encoding(): Encoding {
    return (this.#choose() ?? this.#endpoints[0]!).encodings.current
  }

  /** Waits for a collector that may be sent a request: first come, first served. Undefined if the signal aborts. */
  acquire(signal: AbortSignal): Promise<Lease | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(undefined)
      const abort = () => {
        const index = this.#waiting.indexOf(waiter)
        if (index >= 0) this.#waiting.splice(index, 1)
        resolve(undefined)
      }
      const waiter: Waiter = {
        resolve: (lease) => {
          signal.removeEventListener('abort', abort)
          resolve(lease)
        },
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiter)
      this.#dispatch()
    })
  }

  /** Every lease has to be given back, with what came of it; without an outcome if the request was given up. */
  release({ endpoint, ticket }: Lease, outcome?: Outcome): void {
    const { events, onFailed } = this.#options
    const change = endpoint.end(ticket, outcome)
    if (change === 'failed') {
      events.endpointFailed({}, { endpoint: endpoint.name })
      onFailed?.()
    }
    if (change === 'recovered') events.endpointBack({}, { endpoint: endpoint.name })
    if (endpoint.inFlight === 0 && this.#leaving.delete(endpoint)) endpoint.sender.close()
    this.#dispatch()
  }

  /** From now on requests go to these. What is under way to others ends as it may. */
  replace(endpoints: readonly Endpoint[]): void {
    for (const endpoint of this.#endpoints) {
      if (endpoints.includes(endpoint)) continue
      if (endpoint.inFlight === 0) endpoint.sender.close()
      else this.#leaving.add(endpoint)
    }
    for (const endpoint of endpoints) this.#leaving.delete(endpoint)
    this.#endpoints = endpoints
    this.#next = this.#anywhere()
    this.#dispatch()
  }

  /** Tries all collectors that failed without more delay. */
  hurry(): void {
    for (const endpoint of this.#endpoints) endpoint.hurry()
    this.#dispatch()
  }

  close(): void {
    this.#cancelTimer()
    for (const { sender } of [...this.#endpoints, ...this.#leaving]) sender.close()
  }

  #anywhere(): number {
    const { random = Math.random } = this.#options
    return Math.floor(random() * this.#endpoints.length)
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const endpoint = this.#choose()
      if (endpoint === undefined) break
      this.#next = this.#endpoints.indexOf(endpoint) + (this.#options.isSticky ? 0 : 1)
      this.#waiting.shift()!.resolve({ endpoint, ticket: endpoint.begin() })
    }
    this.#cancelTimer()
    if (this.#waiting.length === 0) return
    const waitMs = Math.min(...this.#endpoints.map((endpoint) => this.#waitMs(endpoint)))
    if (Number.isFinite(waitMs)) this.#cancelTimer = this.#options.clock.after(waitMs, () => this.#dispatch())
  }

  /** Of those that may be sent a request now the one with the fewest under way. */
  #choose(): Endpoint | undefined {
    let best: Endpoint | undefined
    for (let turn = 0; turn < this.#endpoints.length; turn++) {
      const endpoint = this.#endpoints[(this.#next + turn) % this.#endpoints.length]!
      if (this.#waitMs(endpoint) > 0) continue
      if (best === undefined || (!this.#options.isSticky && endpoint.inFlight < best.inFlight)) best = endpoint
    }
    return best
  }

  /** While one collector works, those that hang must not hold all the requests that may be under way. */
  #waitMs(endpoint: Endpoint): number {
    const { waitMs } = endpoint
    if (endpoint.isHealthy || waitMs > 0) return waitMs
    const probes = this.#endpoints.reduce((sum, { isProbing }) => sum + (isProbing ? 1 : 0), 0)
    const isAlone = !this.#endpoints.some(({ isHealthy }) => isHealthy)
    return isAlone || probes < Math.max(1, this.#options.maxInFlight >> 1) ? 0 : Number.POSITIVE_INFINITY
  }
}
