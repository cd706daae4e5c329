import type { Service } from '#lib/lifecycle.ts'
import type { ResolvedPool } from '../ship/create-pool.ts'
import type { Outcome } from '../ship/outcome.ts'
import type { Packer, Parcel } from '../ship/packer.ts'
import type { GatherEvents } from './events.ts'
import type { MetricsRequest } from './target-metrics.ts'

export interface MetricsShipperOptions {
  readonly collectors: ResolvedPool
  readonly packer: Packer
  /** Bytes, compressed, that may wait; beyond them the oldest requests go. */
  readonly maxQueueBytes: number
  readonly events: GatherEvents
}

/**
 * Sends gathered values to a collector, in the order of their rounds and one request at a time. While no collector
 * answers they wait in memory, the oldest making room for the newest: a value that is late is worth little, and a
 * counter tells the next time what it did not tell before.
 */
export class MetricsShipper implements Service {
  readonly name = 'metrics shipper'
  /** Counters, read when scraped. */
  readonly stats = { points: 0, requests: 0, bytes: 0 }
  readonly #options: MetricsShipperOptions
  readonly #stopping = new AbortController()
  readonly #waiting: Parcel[] = []
  #sending: Promise<void> | undefined

  constructor(options: MetricsShipperOptions) {
    this.#options = options
  }

  /** Requests that wait, the one under way among them. */
  get waitingRequests(): number {
    return this.#waiting.length
  }

  get waitingBytes(): number {
    return this.#options.packer.heldBytes
  }

  start(): void {
    this.#options.collectors.open()
  }

  /** What waits is lost: it is a matter of seconds, and must not hold up the end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#sending
    for (const parcel of this.#waiting.splice(0)) this.#options.packer.free(parcel)
    this.#options.collectors.close()
  }

  submit(requests: readonly MetricsRequest[]): void {
    const { collectors, packer } = this.#options
    if (this.#stopping.signal.aborted) return
    for (const { body, points } of requests) {
      this.#waiting.push(packer.pack({ body, records: points }, collectors.pool.encoding))
    }
    this.#makeRoom()
    this.#sending ??= this.#sendAll()
  }

  #makeRoom(): void {
    const { packer, maxQueueBytes, events } = this.#options
    // The first may be under way.
    while (packer.heldBytes > maxQueueBytes && this.#waiting.length > 2) {
      const [oldest] = this.#waiting.splice(1, 1)
      packer.free(oldest!)
      events.pointsDropped({ reason: 'queue_full' }, { count: oldest!.records })
    }
  }

  async #sendAll(): Promise<void> {
    for (let parcel = this.#waiting[0]; parcel !== undefined; parcel = this.#waiting[0]) {
      const sent = await this.#send(parcel)
      if (sent === undefined) break
      this.#waiting.shift()
      this.#options.packer.free(sent)
    }
    this.#sending = undefined
  }

  /** Sends until there is a verdict; undefined if the agent stops. Returns the parcel as it was sent. */
  async #send(first: Parcel): Promise<Parcel | undefined> {
    const { collectors, packer, events } = this.#options
    const { signal } = this.#stopping
    let parcel = first
    for (;;) {
      const lease = await collectors.pool.acquire(signal)
      if (lease === undefined) return undefined
      const { name, encodings, sender } = lease.endpoint
      const encoding = encodings.current
      if (parcel.encoding !== encoding) {
        parcel = packer.repack(parcel, encoding)
        this.#waiting[0] = parcel
      }
      const outcome = await sender.send(parcel.payload, encoding, signal)
      collectors.pool.release(lease, signal.aborted && outcome.kind === 'retry' ? undefined : outcome)
      if (signal.aborted) return undefined
      if (outcome.kind === 'encoding-refused') encodings.refuse(encoding)
      else if (outcome.kind === 'retry') {
        events.metricsSendFailed({ reason: outcome.reason }, { endpoint: name, err: outcome.message })
      } else {
        if (outcome.kind === 'accepted') encodings.accept(encoding)
        this.#settle(parcel, outcome, name)
        return parcel
      }
    }
  }

  #settle(parcel: Parcel, outcome: Outcome, endpoint: string): void {
    const { events } = this.#options
    if (outcome.kind !== 'accepted') {
      const reason = outcome.kind.replace('-', '_')
      events.pointsDropped({ reason }, { count: parcel.records, endpoint, err: outcome.message })
      return
    }
    const rejected = Math.min(Math.max(0, outcome.rejectedRecords), parcel.records)
    this.stats.requests += 1
    this.stats.points += parcel.records - rejected
    this.stats.bytes += parcel.payload.length
    if (rejected > 0) {
      events.pointsDropped({ reason: 'rejected' }, { count: rejected, endpoint, err: outcome.message })
    }
  }
}
