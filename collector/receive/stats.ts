/** By which way a request came. */
export type Transport = 'otlp_http' | 'otlp_grpc' | 'bulk' | 'remote_write'
export type Signal = 'logs' | 'metrics'

interface Labels {
  readonly transport: Transport
  readonly signal: Signal
  readonly [label: string]: string
}

interface Reading {
  readonly labels: Labels
  readonly value: number
}

/** What was accepted; read when scraped. */
export class ReceiveStats {
  /** Records that are in the queue. */
  records = 0
  /** Points of metrics that were taken. */
  points = 0
  readonly #sources = new Map<string, { readonly labels: Labels; requests: number; bytes: number }>()

  constructor() {
    for (const signal of ['logs', 'metrics'] as const) {
      for (const transport of ['otlp_http', 'otlp_grpc'] as const) this.#add({ transport, signal })
    }
    this.#add({ transport: 'bulk', signal: 'logs' })
    this.#add({ transport: 'remote_write', signal: 'metrics' })
  }

  /** @param bytes of the request after decompression */
  count(transport: Transport, signal: Signal, bytes: number): void {
    const source = this.#sources.get(`${transport} ${signal}`)!
    source.requests += 1
    source.bytes += bytes
  }

  get requests(): Reading[] {
    return Array.from(this.#sources.values(), ({ labels, requests }) => ({ labels, value: requests }))
  }

  get bytes(): Reading[] {
    return Array.from(this.#sources.values(), ({ labels, bytes }) => ({ labels, value: bytes }))
  }

  #add(labels: Labels): void {
    this.#sources.set(`${labels.transport} ${labels.signal}`, { labels, requests: 0, bytes: 0 })
  }
}
