/** A line of a metric, with what it said last. */
export interface LineSlot {
  value: number
  /** The page that it was on last. */
  page: number
}

/** The lines of a histogram or a summary by number, so that a page's values find their places without a search. */
export class LineSlots<S extends LineSlot> {
  readonly #slots: S[] = []

  /** Returns the number of the place. */
  add(slot: S): number {
    return this.#slots.push(slot) - 1
  }

  put(place: number, value: number, page: number): void {
    const slot = this.#slots[place]!
    slot.value = value
    slot.page = page
  }
}
