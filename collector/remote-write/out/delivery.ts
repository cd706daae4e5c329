import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { Protocol } from '../protocol.ts'
import type { Outcome } from './answer.ts'
import type { RemoteWriteClient } from './client.ts'
import type { RequestEncoder } from './request-encoder.ts'
import { type Batch, halve, newestMs, type Taken } from './slice.ts'
import type { DropReason, RemoteWriteStats } from './stats.ts'

export interface DeliveryOptions {
  readonly client: Pick<RemoteWriteClient, 'send'>
  readonly encoder: RequestEncoder
  readonly protocol: Protocol
  readonly stats: RemoteWriteStats
  readonly clock: Clock
  /** Samples that are older are given up. */
  readonly maxAgeMs: number
  readonly backoff: { readonly initialMs: number; readonly maxMs: number }
  readonly settle: (taken: Taken, samples: number) => void
  readonly onDropped: (reason: DropReason, samples: number, message: string) => void
  readonly onFailed: (reason: string, message: string) => void
  readonly onFallback: () => void
}

/** Sends batches until the other side took them, refused them for good, or they are too old. */
export class Delivery {
  readonly #options: DeliveryOptions
  /** What the other side knows. */
  #protocol: Protocol
  /** Nothing is tried again any more. */
  readonly #stopping = new AbortController()
  /** Requests under way are given up. */
  readonly #abort = new AbortController()

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#protocol = options.protocol
  }

  get protocol(): Protocol {
    return this.#protocol
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** What fails from now on stays in the queue. */
  stop(): void {
    this.#stopping.abort()
  }

  /** Ends requests under way, too. */
  abort(): void {
    this.stop()
    this.#abort.abort()
  }

  /** Resolves once the batch is settled; false if it is not, because everything stops. */
  async deliver(batch: Batch): Promise<boolean> {
    const { client, encoder, clock, stats, onFailed } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    const newest = newestMs(batch)
    let protocol = this.#protocol
    let body = encoder.encode(batch, protocol)
    for (;;) {
      if (clock.nowMs() - newest > this.#options.maxAgeMs) {
        return this.#give(batch, 'too_old', 'samples are older than the limit')
      }
      const startMs = clock.monotonicMs()
      const outcome = await client.send(body, protocol, backoff.attempt, this.#abort.signal)
      stats.bytes += body.length
      if (outcome.kind === 'retry') {
        if (this.#stopping.signal.aborted) return false
        stats.retriedSamples += batch.samples
        onFailed(outcome.reason, outcome.message)
        await clock.sleep(backoff.next(outcome.afterMs), this.#stopping.signal)
        if (this.#stopping.signal.aborted) return false
        if (protocol === this.#protocol) continue
      } else if (outcome.kind === 'unknown_protocol') {
        if (this.#protocol === '2.0') this.#options.onFallback()
        this.#protocol = '1.0'
      } else {
        stats.sendMs += clock.monotonicMs() - startMs
        return this.#conclude(batch, outcome, newest)
      }
      protocol = this.#protocol
      body = encoder.encode(batch, protocol)
    }
  }

  async #conclude(batch: Batch, outcome: Outcome, newest: number): Promise<boolean> {
    const { stats, onDropped } = this.#options
    if (outcome.kind === 'taken') {
      const written = Math.min(outcome.written ?? batch.samples, batch.samples)
      stats.samples += written
      stats.highestSentMs = Math.max(stats.highestSentMs, newest)
      if (written < batch.samples) onDropped('not_written', batch.samples - written, 'it says that it left samples out')
      this.#settle(batch)
      return true
    }
    const message = 'message' in outcome ? outcome.message : ''
    // What the process before may have sent is refused as out of order, with all that is in the same request.
    const isDivided = outcome.kind === 'too_large' || batch.isRecovered
    if (isDivided && batch.samples > 1) {
      for (const half of halve(batch)) if (!(await this.deliver(half))) return false
      return true
    }
    stats.failedSamples += batch.samples
    return this.#give(batch, 'refused', message)
  }

  #give(batch: Batch, reason: DropReason, message: string): true {
    this.#options.onDropped(reason, batch.samples, message)
    this.#settle(batch)
    return true
  }

  #settle({ ranges }: Batch): void {
    for (const { slice, from, to } of ranges) this.#options.settle(slice.taken, to - from)
  }
}
