import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { QueueEvents } from './events.ts'
import type { DiskQueue } from './queue.ts'

export interface FillWatchOptions {
  readonly queue: () => Pick<DiskQueue, 'sizeBytes' | 'maxBytes' | 'look'> | undefined
  readonly clock: Clock
  readonly events: QueueEvents
  /** Percent of the queue's size at which an alarm is raised. */
  readonly alarmPercent: readonly number[]
}

/** Whether the queue is fuller than a threshold, or was and is not well below it again. */
export interface Alarm {
  readonly percent: number
  readonly isRaised: boolean
}

const LOOK_MS = 1_000
/** How far below a threshold an alarm ends: the queue gives room back in steps of a file. */
const HYSTERESIS_PERCENT = 5
/** A trend is taken over so many looks. */
const LOOKS = 60

/** Looks how full the queue is, every second: raises alarms before it is full, and says when it will be. */
export class FillWatch implements Service {
  readonly name = 'queue watch'
  readonly #options: FillWatchOptions
  readonly #raised = new Set<number>()
  /** Sizes at the last looks, the oldest first. */
  readonly #sizes: { readonly atMs: number; readonly bytes: number }[] = []
  #cancel: () => void = () => {}

  constructor(options: FillWatchOptions) {
    this.#options = options
  }

  get alarms(): readonly Alarm[] {
    return this.#options.alarmPercent.map((percent) => ({ percent, isRaised: this.#raised.has(percent) }))
  }

  /** Seconds until the queue is full if it goes on growing as in the last minute; infinity if it does not grow. */
  get fullInSeconds(): number {
    const [first, last] = [this.#sizes[0], this.#sizes.at(-1)]
    const queue = this.#options.queue()
    if (queue === undefined || first === undefined || last === undefined) return Number.POSITIVE_INFINITY
    const bytesPerMs = (last.bytes - first.bytes) / (last.atMs - first.atMs)
    if (!(bytesPerMs > 0)) return Number.POSITIVE_INFINITY
    return Math.max(0, queue.maxBytes - last.bytes) / bytesPerMs / 1_000
  }

  start(): void {
    this.look()
    this.#schedule()
  }

  stop(): void {
    this.#cancel()
  }

  look(): void {
    const { queue: current, clock, events } = this.#options
    const queue = current()
    if (queue === undefined) return
    void queue.look()
    const { sizeBytes, maxBytes } = queue
    this.#sizes.push({ atMs: clock.monotonicMs(), bytes: sizeBytes })
    if (this.#sizes.length > LOOKS) this.#sizes.shift()
    const filled = (100 * sizeBytes) / maxBytes
    for (const { percent, isRaised } of this.alarms) {
      const label = { percent: String(percent) }
      if (!isRaised && filled >= percent) {
        this.#raised.add(percent)
        events.queueFilling(label, { bytes: sizeBytes, max_bytes: maxBytes })
      } else if (isRaised && filled < percent - HYSTERESIS_PERCENT) {
        this.#raised.delete(percent)
        events.queueRelieved(label, { bytes: sizeBytes, max_bytes: maxBytes })
      }
    }
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      this.look()
      this.#schedule()
    })
  }
}
