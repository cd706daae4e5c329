import type { Clock } from '#lib/clock.ts'
import { Distributor } from './distribute.ts'
import type { StoredSamples } from './sample-queue.ts'
import { Shard, type ShardOptions } from './shard.ts'
import { Signal } from './signal.ts'

export interface ShardsOptions extends Omit<ShardOptions, 'onTaken'> {
  /** Reads the queue: the next samples, or undefined if there are none just now. */
  readonly next: () => Promise<StoredSamples | undefined>
  /** The queue cannot be read just now. */
  readonly onUnreadable: (error: unknown) => void
  readonly onDamaged: (stored: StoredSamples, samples: number) => void
  readonly onChanged: (shards: number) => void
  readonly clock: Clock
}

/** A shard holds at most this many times what one request takes, and what one payload of the queue gives it. */
const FULL = 5

/** Reads the queue and hands it to shards. Their number changes when all that they have is sent. */
export class Shards {
  readonly #options: ShardsOptions
  readonly #distributor = new Distributor()
  readonly #signal = new Signal()
  #shards: readonly Shard[] = []
  #runs: Promise<unknown> = Promise.resolve()
  #wanted = 1
  #isStopping = false
  #feeding: Promise<void> | undefined

  constructor(options: ShardsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#shards.length
  }

  start(): void {
    this.#begin()
    this.#feeding = this.#feed()
  }

  /** There is more in the queue. */
  notify(): void {
    this.#signal.set()
  }

  want(shards: number): void {
    this.#wanted = shards
    if (shards !== this.count) this.#signal.set()
  }

  /** Sends what was read from the queue and what fits of the rest, unless delivery fails. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#signal.set()
    await this.#feeding
    for (const shard of this.#shards) shard.end()
    await this.#runs
  }

  async #feed(): Promise<void> {
    for (;;) {
      if (this.#wanted !== this.count && !this.#isStopping) await this.#reshard()
      const isFull = this.#isFull()
      if (isFull && this.#isStopping) return
      const stored = isFull ? undefined : await this.#next()
      if (stored !== undefined) this.#hand(stored)
      else if (this.#isStopping) return
      else await this.#signal.wait()
    }
  }

  /** What cannot be read is tried again when something happens next: at the latest when there is more in the queue. */
  async #next(): Promise<StoredSamples | undefined> {
    try {
      return await this.#options.next()
    } catch (error) {
      this.#options.onUnreadable(error)
      return undefined
    }
  }

  #isFull(): boolean {
    return this.#shards.some(({ samples }) => samples >= FULL * this.#options.maxSamples)
  }

  #hand(stored: StoredSamples): void {
    const { slices, damaged } = this.#distributor.divide(stored, this.count)
    if (damaged > 0) this.#options.onDamaged(stored, damaged)
    for (const [index, slice] of slices.entries()) if (slice !== undefined) this.#shards[index]!.put(slice)
  }

  async #reshard(): Promise<void> {
    for (const shard of this.#shards) shard.hurry()
    while (!this.#isStopping && this.#shards.some(({ isIdle }) => !isIdle)) await this.#signal.wait()
    if (this.#isStopping) return
    for (const shard of this.#shards) shard.end()
    await this.#runs
    this.#begin()
    this.#options.onChanged(this.count)
  }

  #begin(): void {
    const onTaken = () => this.#signal.set()
    this.#shards = Array.from({ length: this.#wanted }, () => new Shard({ ...this.#options, onTaken }))
    this.#runs = Promise.all(this.#shards.map((shard) => shard.run()))
  }
}
