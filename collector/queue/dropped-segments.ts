/** Segments that were given up, one behind the other, and the records that were in them. */
export interface DroppedRange {
  readonly first: number
  readonly last: number
  readonly records: number
}

/** Which segments were given up although they had not been read. */
export class DroppedSegments {
  #ranges: readonly DroppedRange[]

  constructor(ranges: readonly DroppedRange[] = []) {
    this.#ranges = ranges
  }

  /** In the order of the log; another array after every change. */
  get ranges(): readonly DroppedRange[] {
    return this.#ranges
  }

  /**
   * The ranges with one segment more.
   *
   * @param reading the segment that is being read; all between it and this one have been given up
   */
  rangesWith(sequence: number, records: number, reading: number): readonly DroppedRange[] {
    const last = this.#ranges.at(-1)
    if (last === undefined || last.first <= reading) {
      return [...this.#ranges, { first: sequence, last: sequence, records }]
    }
    return [...this.#ranges.slice(0, -1), { first: last.first, last: sequence, records: last.records + records }]
  }

  set(ranges: readonly DroppedRange[]): void {
    this.#ranges = ranges
  }

  /** Records in segments behind this one. */
  recordsAfter(sequence: number): number {
    let sum = 0
    for (const { first, records } of this.#ranges) if (first > sequence) sum += records
    return sum
  }

  /** Records in segments between two that were read one after the other. */
  recordsBetween(before: number, after: number): number {
    return before === after ? 0 : this.recordsAfter(before) - this.recordsAfter(after)
  }

  /** Nobody goes back to before this segment. */
  forgetBefore(sequence: number): void {
    if (this.#ranges.some(({ last }) => last < sequence)) {
      this.#ranges = this.#ranges.filter(({ last }) => last >= sequence)
    }
  }
}
