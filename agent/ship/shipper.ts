import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { AgentEvents } from '../events.ts'
import type { Progress, Request } from './batch.ts'
import { compress, decompress } from './compress.ts'
import type { Encoding, RequestSender } from './otlp-client.ts'
import { type RequestPart, splitRequest } from './split.ts'

export interface ShipperOptions {
  readonly client: RequestSender
  readonly clock: Clock
  readonly events: AgentEvents
  readonly encoding: Encoding
  readonly compressionLevel: number
  /** Requests that may be under way at once. */
  readonly maxInFlight: number
  readonly backoff: { readonly initialMs: number; readonly maxMs: number }
}

/** A request ready for the wire. The uncompressed body is not kept: it is needed again only in rare cases. */
interface Parcel {
  readonly payload: Buffer
  readonly encoding: Encoding
  readonly records: number
  readonly bodyBytes: number
}

/**
 * Delivers requests to the collector and acknowledges them: retries for ever, because the log files on the node are
 * the buffer, and gives up only what a collector says it will never take.
 */
export class Shipper implements Service {
  readonly name = 'shipper'
  /** Counters, read when scraped. */
  readonly stats = { records: 0, acknowledgedRecords: 0, droppedRecords: 0, requests: 0, bytes: 0, compressedBytes: 0 }
  readonly #options: ShipperOptions
  readonly #giveUp = new AbortController()
  #encoding: Encoding
  #inFlight = 0
  #inFlightRecords = 0
  #onSettled: (() => void)[] = []

  constructor(options: ShipperOptions) {
    this.#options = options
    this.#encoding = options.encoding
  }

  /** Records that were handed over and are neither acknowledged nor dropped. */
  get inFlightRecords(): number {
    return this.#inFlightRecords
  }

  /** Requests that were handed over and are not settled. */
  get inFlightRequests(): number {
    return this.#inFlight
  }

  /** Takes a request; resolves when there is room for another one. */
  async submit(request: Request): Promise<void> {
    this.#inFlight += 1
    this.#inFlightRecords += request.records
    this.stats.records += request.records
    void this.#deliver(this.#pack(request, this.#encoding), request.progress)
    while (this.#inFlight >= this.#options.maxInFlight) await this.#settled()
  }

  /** Waits until everything is acknowledged; at the deadline gives up what is not: a restart sends it again. */
  async stop(deadline: AbortSignal): Promise<void> {
    const giveUp = () => this.#giveUp.abort()
    deadline.addEventListener('abort', giveUp, { once: true })
    if (deadline.aborted) giveUp()
    while (this.#inFlight > 0) await this.#settled()
    deadline.removeEventListener('abort', giveUp)
    this.#options.client.close()
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => this.#onSettled.push(resolve))
  }

  async #deliver(parcel: Parcel, progress: readonly Progress[]): Promise<void> {
    if (await this.#send(parcel)) for (const point of progress) point.acknowledge()
    this.#inFlight -= 1
    const waiting = this.#onSettled
    this.#onSettled = []
    for (const resolve of waiting) resolve()
  }

  #pack({ body, records }: RequestPart, encoding: Encoding): Parcel {
    const payload = compress(body, encoding, this.#options.compressionLevel)
    return { payload, encoding, records, bodyBytes: body.length }
  }

  /** Sends a request, or a part of one, until it is settled; returns false if it was given up at the deadline. */
  async #send(parcel: Parcel): Promise<boolean> {
    const { client, clock, events } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    const signal = this.#giveUp.signal
    while (!signal.aborted) {
      const outcome = await client.send(parcel.payload, parcel.encoding, signal)
      switch (outcome.kind) {
        case 'accepted':
          this.#settle(parcel, outcome.rejectedRecords, outcome.message)
          return true
        case 'refused':
          this.#drop(parcel.records, 'refused', outcome.message)
          return true
        case 'too-large':
          return this.#sendSplit(parcel)
        case 'encoding-refused':
          events.compressionRefused({})
          this.#encoding = 'gzip'
          return this.#send(this.#pack(unpack(parcel), this.#encoding))
        case 'retry':
          if (signal.aborted) break
          events.sendFailed({ reason: outcome.reason }, { err: outcome.message, attempt: backoff.attempt + 1 })
          await clock.sleep(backoff.next(outcome.afterMs), signal)
      }
    }
    return false
  }

  async #sendSplit(parcel: Parcel): Promise<boolean> {
    const parts = splitRequest(unpack(parcel).body)
    if (parts.length < 2) {
      this.#drop(parcel.records, 'too_large', 'one record is larger than the collector takes')
      return true
    }
    for (const part of parts) if (!(await this.#send(this.#pack(part, parcel.encoding)))) return false
    return true
  }

  #settle(parcel: Parcel, claimed: number, message: string): void {
    // The count is the peer's; more than there were, or fewer than none, would upset the accounting.
    const rejected = claimed > 0 ? Math.min(claimed, parcel.records) : 0
    this.stats.requests += 1
    this.stats.bytes += parcel.bodyBytes
    this.stats.compressedBytes += parcel.payload.length
    this.stats.acknowledgedRecords += parcel.records - rejected
    this.#inFlightRecords -= parcel.records - rejected
    if (rejected > 0) this.#drop(rejected, 'rejected', message)
  }

  #drop(records: number, reason: string, message: string): void {
    this.stats.droppedRecords += records
    this.#inFlightRecords -= records
    this.#options.events.recordsDropped({ reason }, { count: records, err: message })
  }
}

function unpack({ payload, encoding, records }: Parcel): RequestPart {
  return { body: decompress(payload, encoding), records }
}
