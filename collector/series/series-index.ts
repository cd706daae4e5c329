import { hashNumbers } from './byte-hash.ts'
import { HashIndex, NONE } from './hash-index.ts'
import type { Rows } from './rows.ts'

/** Finds the row of a series by its family, labels and part. */
export class SeriesIndex {
  readonly #rows: Rows
  readonly #index = new HashIndex(this)

  constructor(rows: Rows) {
    this.#rows = rows
  }

  find(family: number, labels: number, part: number): number {
    const { slots, mask } = this.#index
    const rows = this.#rows
    for (let at = hashNumbers(family, labels, part) & mask; slots[at] !== NONE; at = (at + 1) & mask) {
      const row = slots[at]!
      if (rows.labels[row] === labels && rows.family[row] === family && rows.part[row] === part) return row
    }
    return NONE
  }

  add(row: number): void {
    this.#index.insert(row, this.hashOf(row))
  }

  remove(row: number): void {
    this.#index.remove(row, this.hashOf(row))
  }

  hashOf(row: number): number {
    const { family, labels, part } = this.#rows
    return hashNumbers(family[row]!, labels[row]!, part[row]!)
  }
}

/** Finds, of histograms and summaries, the first row of those that have family and labels in common. */
export class GroupIndex {
  readonly #rows: Rows
  readonly #index = new HashIndex(this)

  constructor(rows: Rows) {
    this.#rows = rows
  }

  find(family: number, labels: number): number {
    const { slots, mask } = this.#index
    const rows = this.#rows
    for (let at = hashNumbers(family, labels, 0) & mask; slots[at] !== NONE; at = (at + 1) & mask) {
      const row = slots[at]!
      if (rows.labels[row] === labels && rows.family[row] === family) return row
    }
    return NONE
  }

  add(row: number): void {
    this.#index.insert(row, this.hashOf(row))
  }

  remove(row: number): void {
    this.#index.remove(row, this.hashOf(row))
  }

  hashOf(row: number): number {
    const { family, labels } = this.#rows
    return hashNumbers(family[row]!, labels[row]!, 0)
  }
}
