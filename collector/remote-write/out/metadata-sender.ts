import type { Clock } from '#lib/clock.ts'
import type { SeriesFamily } from '../../series/series-sink.ts'
import type { RemoteWriteClient } from './client.ts'
import type { Delivery } from './delivery.ts'
import { encodeMetadataV1 } from './encode-v1.ts'
import type { RequestEncoder } from './request-encoder.ts'
import type { RemoteWriteStats } from './stats.ts'

export interface MetadataSenderOptions {
  readonly client: Pick<RemoteWriteClient, 'send'>
  readonly encoder: RequestEncoder
  readonly delivery: Pick<Delivery, 'protocol' | 'signal'>
  /** By name; all that is to be sent. */
  readonly families: ReadonlyMap<string, SeriesFamily>
  readonly stats: RemoteWriteStats
  readonly clock: Clock
  readonly intervalMs: number
}

const FAMILIES_PER_REQUEST = 1_000

/**
 * Sends what metrics are, from time to time: in remote write 1.0 that is apart from their samples. What fails is not sent
 * again before the next time.
 */
export class MetadataSender {
  readonly #options: MetadataSenderOptions
  #sentMs: number | undefined
  #isSending = false

  constructor(options: MetadataSenderOptions) {
    this.#options = options
  }

  sendIfDue(): void {
    const { delivery, families, clock, intervalMs } = this.#options
    const nowMs = clock.monotonicMs()
    const isDue =
      this.#sentMs === undefined ? intervalMs < Number.POSITIVE_INFINITY : nowMs - this.#sentMs >= intervalMs
    if (this.#isSending || !isDue || delivery.protocol !== '1.0' || families.size === 0) return
    this.#sentMs = nowMs
    this.#isSending = true
    void this.#send([...families.values()]).finally(() => {
      this.#isSending = false
    })
  }

  async #send(families: readonly SeriesFamily[]): Promise<void> {
    const { client, encoder, delivery, stats } = this.#options
    for (let at = 0; at < families.length; at += FAMILIES_PER_REQUEST) {
      const some = families.slice(at, at + FAMILIES_PER_REQUEST)
      const outcome = await client.send(encoder.pack(encodeMetadataV1(some)), '1.0', 0, delivery.signal)
      if (outcome.kind !== 'taken') return
      stats.metadata += some.length
    }
  }
}
