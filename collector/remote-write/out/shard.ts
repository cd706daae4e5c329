import type { Clock } from '#lib/clock.ts'
import { Signal } from './signal.ts'
import { type Batch, type Slice, type SliceRange, sampleBytes } from './slice.ts'

export interface ShardOptions {
  readonly maxSamples: number
  /** Bytes of a request before compression, about. */
  readonly maxBytes: number
  /** How long samples wait for others to go with. */
  readonly deadlineMs: number
  readonly clock: Clock
  /** Resolves once the batch is sent or given up; false if neither, because everything stops. */
  readonly deliver: (batch: Batch) => Promise<boolean>
  readonly onTaken: () => void
}

/** Sends the samples of some series, one request after the other. */
export class Shard {
  readonly #options: ShardOptions
  readonly #slices: Slice[] = []
  readonly #changed = new Signal()
  #at = 0
  #samples = 0
  #sinceMs = 0
  #isHurried = false
  #isEnded = false
  #isDelivering = false

  constructor(options: ShardOptions) {
    this.#options = options
  }

  /** Samples that wait. */
  get samples(): number {
    return this.#samples
  }

  /** Whether nothing waits or is under way. */
  get isIdle(): boolean {
    return this.#samples === 0 && !this.#isDelivering
  }

  put(slice: Slice): void {
    if (this.#samples === 0) this.#sinceMs = this.#options.clock.monotonicMs()
    this.#slices.push(slice)
    this.#samples += slice.series.length
    this.#changed.set()
  }

  /** What waits is sent without waiting for more. */
  hurry(): void {
    this.#isHurried = true
    this.#changed.set()
  }

  /** Ends once all is sent that was put. */
  end(): void {
    this.#isEnded = true
    this.hurry()
  }

  /** Resolves after {@link end}, or where a delivery did because everything stops. */
  async run(): Promise<void> {
    for (;;) {
      await this.#untilDue()
      if (this.#samples === 0) return
      const batch = this.#take()
      this.#isDelivering = true
      this.#options.onTaken()
      const goesOn = await this.#options.deliver(batch)
      this.#isDelivering = false
      this.#options.onTaken()
      if (!goesOn) return
    }
  }

  async #untilDue(): Promise<void> {
    const { maxSamples, deadlineMs, clock } = this.#options
    while (this.#samples < maxSamples) {
      if (this.#isHurried && (this.#samples > 0 || this.#isEnded)) return
      const leftMs = this.#samples === 0 ? undefined : this.#sinceMs + deadlineMs - clock.monotonicMs()
      if (leftMs !== undefined && leftMs <= 0) return
      const cancel = leftMs === undefined ? undefined : clock.after(leftMs, () => this.#changed.set())
      await this.#changed.wait()
      cancel?.()
    }
  }

  #take(): Batch {
    const { maxSamples, maxBytes, clock } = this.#options
    const ranges: SliceRange[] = []
    const { isRecovered } = this.#slices[0]!
    let samples = 0
    let bytes = 0
    while (samples < maxSamples && bytes < maxBytes) {
      const slice = this.#slices[0]
      if (slice === undefined || slice.isRecovered !== isRecovered) break
      const from = this.#at
      const end = Math.min(slice.series.length, from + maxSamples - samples)
      let to = from
      while (to < end && bytes < maxBytes) bytes += sampleBytes(slice, to++)
      ranges.push({ slice, from, to })
      samples += to - from
      this.#at = to
      if (to < slice.series.length) break
      this.#slices.shift()
      this.#at = 0
    }
    this.#samples -= samples
    this.#sinceMs = clock.monotonicMs()
    return { ranges, samples, isRecovered }
  }
}
