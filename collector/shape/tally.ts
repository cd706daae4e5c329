import type { CollectorEvents } from '../events.ts'
import type { Count } from './derived-counter.ts'
import { addValue, type Distribution } from './derived-histogram.ts'

/** What is counted of a request once it is settled: whether its documents were sent once or often, and not before. */
export class Tally {
  readonly #dropped = new Map<string, number>()
  readonly #counts = new Map<Count, number>()
  readonly #distributions: Distribution[] = []
  readonly #values: number[] = []
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
  add(count: Count, amount: number): void {
    this.#counts.set(count, (this.#counts.get(count) ?? 0) + amount)
  }

  /** Of a derived histogram. */
  observe(into: Distribution, value: number): void {
    this.#distributions.push(into)
    this.#values.push(value)
  }

  report(events: CollectorEvents): void {
    for (const [reason, count] of this.#dropped) events.recordsFiltered({ reason }, { count })
    for (const [count, amount] of this.#counts) count.value += amount
    for (let index = 0; index < this.#values.length; index++)
      addValue(this.#distributions[index]!, this.#values[index]!)
  }
}
