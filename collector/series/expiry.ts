import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { SeriesTable } from './series-table.ts'

const LOOK_MS = 1_000
/** So many rows are looked at, at a time. */
const SLICE_ROWS = 100_000
const SWEEP_MS = 15_000

export interface SeriesExpiryOptions {
  readonly table: SeriesTable
  /** Forgets what others keep for series that are gone. */
  readonly sweep: () => void
  readonly clock: Clock
}

/** Forgets series of which nothing comes any more, and gives their memory back. */
export class SeriesExpiry implements Service {
  readonly name = 'metric series'
  readonly #options: SeriesExpiryOptions
  #cancel: () => void = () => {}
  #sweptMs = 0

  constructor(options: SeriesExpiryOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(LOOK_MS, () => this.#look(0, this.#options.table.staleTicks()))
  }

  stop(): void {
    this.#cancel()
  }

  #look(from: number, staleTicks: Float64Array): void {
    const { table, sweep, clock } = this.#options
    const next = table.expire(from, SLICE_ROWS, staleTicks)
    if (next > 0) {
      this.#cancel = clock.after(0, () => this.#look(next, staleTicks))
      return
    }
    table.dropSources()
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#sweptMs >= SWEEP_MS) {
      this.#sweptMs = nowMs
      sweep()
    }
    table.store.labelSets.compact()
    table.store.spellings.compact()
    this.start()
  }
}
