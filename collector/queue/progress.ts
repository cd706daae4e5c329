import type { DroppedSegments } from './dropped-segments.ts'
import type { StoredEntry } from './entry-reader.ts'
import type { Mark } from './mark.ts'

interface Taken {
  readonly end: Mark
  readonly receivedAtMs: number | undefined
  isSettled: boolean
}

/** How far the log has been read and settled, to the record. Entries are read in order and settled in any. */
export class Progress {
  readonly dropped: DroppedSegments
  /** Records that were damaged on disk beyond reading. */
  lostRecords = 0
  /** Records that are in the log although nobody was told: a write that failed and could not be cut off either. */
  untoldRecords = 0
  #readTo: Mark
  #settledTo: Mark
  readonly #taken: Taken[] = []

  constructor(start: Mark, dropped: DroppedSegments) {
    this.#readTo = start
    this.#settledTo = start
    this.dropped = dropped
  }

  /** All before it is settled. */
  get settledTo(): Mark {
    return this.#settledTo
  }

  /** When the oldest entry was received that is read and not settled. */
  get oldestAtMs(): number | undefined {
    return this.#taken[0]?.receivedAtMs
  }

  /** Of `items` records that were ever appended, those that were not read yet. */
  unread(items: number): number {
    return unpassed(items, this.#readTo, this.dropped)
  }

  /** Of `items` records that were ever appended, those that are not settled, or damaged. */
  unsettled(items: number): number {
    return unpassed(items, this.#settledTo, this.dropped)
  }

  /**
   * An entry was read.
   *
   * @returns how many records before it are lost, and how to settle it
   */
  accept({ placed, header, records }: StoredEntry): { readonly lost: number; readonly settle: () => void } {
    const { sequence, nextOffset, itemsBefore } = placed
    const gap = itemsBefore - this.#readTo.records - this.dropped.recordsBetween(this.#readTo.sequence, sequence)
    this.#readTo = { sequence, offset: nextOffset, records: itemsBefore + records }
    if (gap > 0) this.lostRecords += gap
    else this.untoldRecords -= gap
    const taken: Taken = { end: this.#readTo, receivedAtMs: header?.receivedAtMs, isSettled: false }
    this.#taken.push(taken)
    const settle = () => {
      taken.isSettled = true
      while (this.#taken[0]?.isSettled) this.#settledTo = this.#taken.shift()!.end
    }
    return { lost: Math.max(0, gap), settle }
  }
}

function unpassed(items: number, { records, sequence }: Mark, dropped: DroppedSegments): number {
  return items - records - dropped.recordsAfter(sequence)
}
