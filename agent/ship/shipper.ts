import type { Service } from '#lib/lifecycle.ts'
import type { Progress, Request } from './batch.ts'
import { Delivery, type DeliveryOptions } from './delivery.ts'
import type { Packer, Parcel } from './packer.ts'

export interface ShipperOptions extends Omit<DeliveryOptions, 'draining' | 'onAccepted' | 'onDropped'> {
  readonly packer: Packer
  /** Requests that may be unacknowledged at once. */
  readonly maxInFlight: number
  /** Once unacknowledged requests have this many bytes, compressed, no other is taken. */
  readonly maxInFlightBytes: number
  /** Called at the start. */
  readonly open: () => void
  /** Called once nothing is under way any more. */
  readonly close: () => Promise<void>
}

/**
 * Delivers requests to the collectors and acknowledges them: retries for ever, because the log files on the node are
 * the buffer, and gives up only what a collector says it will never take.
 */
export class Shipper implements Service {
  readonly name = 'shipper'
  /** Counters, read when scraped. */
  readonly stats = { records: 0, acknowledgedRecords: 0, droppedRecords: 0, requests: 0, bytes: 0, compressedBytes: 0 }
  readonly #options: ShipperOptions
  readonly #delivery: Delivery
  readonly #draining = new AbortController()
  readonly #giveUp = new AbortController()
  #inFlight = 0
  #inFlightRecords = 0
  #onSettled: (() => void)[] = []

  constructor(options: ShipperOptions) {
    this.#options = options
    this.#delivery = new Delivery({
      ...options,
      draining: this.#draining.signal,
      onAccepted: (parcel, rejected) => this.#accept(parcel, rejected),
      onDropped: (records) => this.#drop(records),
    })
  }

  start(): void {
    this.#options.open()
  }

  /** Records that were handed over and are neither acknowledged nor dropped. */
  get inFlightRecords(): number {
    return this.#inFlightRecords
  }

  /** Requests that were handed over and are not settled. */
  get inFlightRequests(): number {
    return this.#inFlight
  }

  /** Bytes of these as they are held, compressed. */
  get inFlightBytes(): number {
    return this.#options.packer.heldBytes
  }

  /** Takes a request; resolves when there is room for another one. */
  async submit(request: Request): Promise<void> {
    const { packer, pool } = this.#options
    this.#inFlight += 1
    this.#inFlightRecords += request.records
    this.stats.records += request.records
    void this.#deliver(packer.pack(request, pool.encoding), request.progress)
    while (this.#isFull()) await this.#settled()
  }

  /** Waits until everything is acknowledged; at the deadline gives up what is not: a restart sends it again. */
  async stop(deadline: AbortSignal): Promise<void> {
    const giveUp = () => this.#giveUp.abort()
    deadline.addEventListener('abort', giveUp, { once: true })
    if (deadline.aborted) giveUp()
    this.#draining.abort()
    this.#options.pool.hurry()
    while (this.#inFlight > 0) await this.#settled()
    deadline.removeEventListener('abort', giveUp)
    await this.#options.close()
  }

  #isFull(): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#options
    return this.#inFlight >= maxInFlight || this.inFlightBytes >= maxInFlightBytes
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => this.#onSettled.push(resolve))
  }

  async #deliver(parcel: Parcel, progress: readonly Progress[]): Promise<void> {
    const isSettled = await this.#delivery.deliver(parcel, this.#giveUp.signal)
    if (isSettled) for (const point of progress) point.acknowledge()
    this.#inFlight -= 1
    const waiting = this.#onSettled
    this.#onSettled = []
    for (const resolve of waiting) resolve()
  }

  #accept({ records, bodyBytes, payload }: Parcel, rejected: number): void {
    this.stats.requests += 1
    this.stats.bytes += bodyBytes
    this.stats.compressedBytes += payload.length
    this.stats.acknowledgedRecords += records - rejected
    this.#inFlightRecords -= records - rejected
  }

  #drop(records: number): void {
    this.stats.droppedRecords += records
    this.#inFlightRecords -= records
  }
}
