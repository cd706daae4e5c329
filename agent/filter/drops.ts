import type { FilterEvents } from './events.ts'

/** The number of a reason that is always known. */
export const OVER_LIMIT = 0

interface Reason {
  readonly name: string
  open: number
}

/**
 * Counts the records that are dropped, by reason. While the batch is open with which they were read they are in flight;
 * they count as dropped when it is closed, all at once.
 */
export class Drops {
  readonly #events: FilterEvents
  readonly #reasons: Reason[] = [{ name: 'rate_limit', open: 0 }]
  #open = 0

  constructor(events: FilterEvents) {
    this.#events = events
  }

  /** Records that were dropped since the last {@link report}. */
  get open(): number {
    return this.#open
  }

  /** Makes a reason known; returns its number, the same for the same name. */
  declare(name: string): number {
    const known = this.#reasons.findIndex((reason) => reason.name === name)
    return known >= 0 ? known : this.#reasons.push({ name, open: 0 }) - 1
  }

  add(reason: number): void {
    this.#reasons[reason]!.open += 1
    this.#open += 1
  }

  /** Has the metrics count what was dropped. */
  report(): void {
    if (this.#open === 0) return
    for (const reason of this.#reasons) {
      if (reason.open > 0) this.#events.recordsFiltered({ reason: reason.name }, { count: reason.open })
      reason.open = 0
    }
    this.#open = 0
  }
}
