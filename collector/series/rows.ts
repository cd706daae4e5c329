import { grown } from './byte-table.ts'
import { NONE } from './hash-index.ts'

const MIN_CAPACITY = 1024

/** The row stands for a series. */
export const USED = 1
/** The series has ended, and is kept only so that late duplicates don't bring it back. */
export const ENDED = 2
/** It is summed up from deltas: its sender may say nothing of it for a while. */
export const SUMMED = 4

/** What a row takes in the columns, and in the index. */
export const ROW_BYTES = 69 + 8

/** The columns of the table: what each series has, by its row. Rows of ended series are used again. */
export class Rows {
  value = new Float64Array(MIN_CAPACITY)
  /** Of the sample, epoch milliseconds. */
  timeMs = new Float64Array(MIN_CAPACITY)
  startMs = new Float64Array(MIN_CAPACITY)
  /** When it came, in ticks of the table. */
  seen = new Uint32Array(MIN_CAPACITY)
  /** With which request it came, so that what stands in one twice is noticed. */
  request = new Uint32Array(MIN_CAPACITY)
  flags = new Uint8Array(MIN_CAPACITY)
  family = new Uint32Array(MIN_CAPACITY)
  source = new Uint32Array(MIN_CAPACITY)
  section = new Uint32Array(MIN_CAPACITY)
  labels = new Uint32Array(MIN_CAPACITY)
  /** Bytes of its attributes as they came last, or {@link NONE}. */
  spelling = new Uint32Array(MIN_CAPACITY)
  part = new Uint32Array(MIN_CAPACITY)
  /** Neighbours in the section; a row that was freed keeps its next one for whoever stands on it. */
  next = new Uint32Array(MIN_CAPACITY)
  before = new Uint32Array(MIN_CAPACITY)
  #firstFree = NONE
  #end = 0
  /** Rows that were freed while somebody reads. */
  readonly #limbo: number[] = []
  #readers = 0

  /** Rows that were ever used are below this. */
  get end(): number {
    return this.#end
  }

  take(): number {
    const free = this.#firstFree
    if (free !== NONE) {
      this.#firstFree = this.next[free]!
      return free
    }
    if (this.#end === this.value.length) this.#grow()
    this.#end += 1
    return this.#end - 1
  }

  /** The row is used again for another series, but not before those who read have ended. */
  free(row: number): void {
    this.flags[row] = 0
    if (this.#readers > 0) this.#limbo.push(row)
    else this.#putFree(row)
  }

  /** From now on rows that are freed keep their place in the order of their section, until {@link endReading}. */
  beginReading(): void {
    this.#readers += 1
  }

  endReading(): void {
    this.#readers -= 1
    if (this.#readers > 0) return
    for (const row of this.#limbo) this.#putFree(row)
    this.#limbo.length = 0
  }

  #putFree(row: number): void {
    this.next[row] = this.#firstFree
    this.#firstFree = row
  }

  #grow(): void {
    const capacity = 2 * this.value.length
    this.value = grownDoubles(this.value, capacity)
    this.timeMs = grownDoubles(this.timeMs, capacity)
    this.startMs = grownDoubles(this.startMs, capacity)
    this.seen = grown(this.seen, capacity)
    this.request = grown(this.request, capacity)
    this.family = grown(this.family, capacity)
    this.source = grown(this.source, capacity)
    this.section = grown(this.section, capacity)
    this.labels = grown(this.labels, capacity)
    this.spelling = grown(this.spelling, capacity)
    this.part = grown(this.part, capacity)
    this.next = grown(this.next, capacity)
    this.before = grown(this.before, capacity)
    const flags = new Uint8Array(capacity)
    flags.set(this.flags)
    this.flags = flags
  }
}

function grownDoubles(column: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity)
  larger.set(column)
  return larger
}
