import type { CollectorEvents } from '../events.ts'
import type { Series } from './derived-counter.ts'

/** What is counted of a request once it is settled: whether its documents were sent once or often, and not before. */
export class Tally {
  readonly #dropped = new Map<string, number>()
  readonly #counts = new Map<Series, number>()
  #droppedRecords = 0

  /** Records that were dropped. */
  get droppedRecords(): number {
    return this.#droppedRecords
  }

  drop(reason: string): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1)
    this.#droppedRecords += 1
  }

  /** Of a derived counter. */
  add(series: Series, amount: number): void {
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + amount)
  }

  report(events: CollectorEvents): void {
    for (const [reason, count] of this.#dropped) events.recordsFiltered({ reason }, { count })
    for (const [series, amount] of this.#counts) series.value += amount
  }
}
