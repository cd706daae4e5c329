import { TimestampReader } from '../time/timestamp-reader.ts'

/** Fields of times. The words of a time in them are of no use to anyone, and every time has one that no other has. */
export const TIME_PATHS: ReadonlySet<string> = new Set(['@timestamp', 'observed_timestamp'])

/** Whether a lower-cased word may be one of a time, and so not be counted though it is there. */
export function mayBeInTime(word: string): boolean {
  return /^[0-9tz]+$/.test(word)
}

const QUOTE = 0x22
/** `2026-11-21T00:00:00.123456789Z` */
const MAX_BYTES = 30
/** A document has one time or two. */
const NEAR = 4

/**
 * The times of leaves of {@link TIME_PATHS}, read as soon as their bytes are found: the check of the documents comes
 * when all of them are parsed, and by then these bytes are far away.
 */
export class TimeLeaves {
  length = 0
  /** Where each leaf begins in the bytes, rising. */
  starts = new Int32Array(1024)
  /** What {@link TimestampReader} read there. */
  days = new Int32Array(1024)
  ns = new Float64Array(1024)
  digits = new Int8Array(1024)
  readonly #reader = new TimestampReader()
  #lastBytes = MAX_BYTES
  #found = 0

  get memoryBytes(): number {
    return this.starts.length * 17
  }

  /**
   * Reads the time at a place, if there is one of the usual form.
   *
   * @returns where it ends, at a quote, or -1 if there is something else; then nothing was added
   */
  read(bytes: Buffer, view: DataView, start: number): number {
    let end = start + this.#lastBytes
    if (bytes[end] !== QUOTE) {
      end = start
      while (end < start + MAX_BYTES && bytes[end] !== QUOTE) end += 1
      if (bytes[end] !== QUOTE) return -1
    }
    const reader = this.#reader
    if (!reader.read(bytes, view, start, end)) return -1
    this.#lastBytes = end - start
    if (this.length === this.starts.length) this.#grow()
    const place = this.length++
    this.starts[place] = start
    this.days[place] = reader.day
    this.ns[place] = reader.ns
    this.digits[place] = reader.digits
    return end
  }

  /** The number of the time that was read at a place, or -1. It is mostly close to the one that was asked for before. */
  find(start: number): number {
    const { starts, length } = this
    const near = Math.min(this.#found + NEAR, length)
    for (let place = Math.max(0, this.#found - NEAR); place < near; place++) {
      if (starts[place] === start) return this.#keep(place)
    }
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! < start) low = middle + 1
      else high = middle
    }
    return low < length && starts[low] === start ? this.#keep(low) : -1
  }

  #keep(place: number): number {
    this.#found = place
    return place
  }

  #grow(): void {
    const { starts, days, ns, digits } = this
    const size = this.length * 2
    this.starts = new Int32Array(size)
    this.days = new Int32Array(size)
    this.ns = new Float64Array(size)
    this.digits = new Int8Array(size)
    this.starts.set(starts)
    this.days.set(days)
    this.ns.set(ns)
    this.digits.set(digits)
  }
}
