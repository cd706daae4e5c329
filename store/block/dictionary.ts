import type { DocumentTable } from '../json/document-table.ts'
import type { ColumnInput } from './columns.ts'

/** A column with more distinct values than this share of its values is no dictionary, unless they are few. */
const MAX_DISTINCT_SHARE = 0.5
const FEW_DISTINCT = 128
const MAX_DISTINCT = 65_535
/** The share is looked at after so many values: with hundreds of senders in turn the first ones are all distinct. */
const VALUES_TO_TRY = 1024

/** Numbers the distinct values of a column. Reused from column to column. */
export class DictionaryBuilder {
  codes = new Uint16Array(8192)
  /** The run of the column in which each code comes first. */
  readonly firstRuns: number[] = []
  #slots = new Int32Array(1024)

  /**
   * Gives each value a code; equal values have the same.
   *
   * @returns false if too many are distinct; then the codes mean nothing
   */
  build({ view }: DocumentTable, column: ColumnInput): boolean {
    const { count, runs } = column
    if (this.codes.length < count) this.codes = new Uint16Array(count)
    const { codes, firstRuns } = this
    this.#slots.fill(0)
    firstRuns.length = 0
    for (let run = 0; run < runs; run++) {
      const code = this.#codeOf(view, column, run)
      const end = column.endOfRun(run)
      for (let value = column.firstValues[run]!; value < end; value++) codes[value] = code
      const distinct = firstRuns.length
      if (distinct > MAX_DISTINCT || (end >= VALUES_TO_TRY && distinct > end * MAX_DISTINCT_SHARE)) return false
    }
    return firstRuns.length <= Math.max(FEW_DISTINCT, count * MAX_DISTINCT_SHARE)
  }

  #codeOf(view: DataView, column: ColumnInput, run: number): number {
    const mask = this.#slots.length - 1
    let slot = hashBytes(view, column.starts[run]!, column.ends[run]!) & mask
    for (;;) {
      const entry = this.#slots[slot]!
      if (entry === 0) break
      if (isSame(view, column, run, this.firstRuns[entry - 1]!)) return entry - 1
      slot = (slot + 1) & mask
    }
    this.firstRuns.push(run)
    this.#slots[slot] = this.firstRuns.length
    if (this.firstRuns.length * 2 > this.#slots.length) this.#grow(view, column)
    return this.firstRuns.length - 1
  }

  #grow(view: DataView, { starts, ends }: ColumnInput): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    const mask = this.#slots.length - 1
    for (const [code, run] of this.firstRuns.entries()) {
      let slot = hashBytes(view, starts[run]!, ends[run]!) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = code + 1
    }
  }
}

function isSame(view: DataView, { starts, ends }: ColumnInput, run: number, other: number): boolean {
  const [a, b] = [starts[run]!, starts[other]!]
  const end = ends[run]!
  if (ends[other]! - b !== end - a) return false
  const ahead = (b - a) | 0
  let at = a
  for (; at <= end - 4; at += 4) if (view.getInt32(at, true) !== view.getInt32((at + ahead) | 0, true)) return false
  for (; at < end; at++) if (view.getUint8(at) !== view.getUint8((at + ahead) | 0)) return false
  return true
}

function hashBytes(view: DataView, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1) ^ (hash >>> 15)
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1)
  return hash ^ (hash >>> 16)
}
