import type { DocumentTable } from '../json/document-table.ts'

/** A column with more distinct values than this share of its values is no dictionary. */
const MAX_DISTINCT_SHARE = 0.5
/** So many values may be distinct before the share counts. */
const MIN_DISTINCT = 128
const MAX_DISTINCT = 65_535

/** Numbers the distinct values of a column. Reused from column to column. */
export class DictionaryBuilder {
  codes = new Uint16Array(8192)
  /** Leaf of the first value of each code. */
  readonly firstLeaves: number[] = []
  #slots = new Int32Array(1024)

  /**
   * Gives each value a code; equal values have the same.
   *
   * @param leaves places of the values in the table's leaves
   * @returns false if too many are distinct; then the codes mean nothing
   */
  build(table: DocumentTable, leaves: Int32Array, count: number): boolean {
    const { leafStarts, leafEnds, view } = table
    if (this.codes.length < count) this.codes = new Uint16Array(count)
    this.#slots.fill(0)
    this.firstLeaves.length = 0
    let lastStart = -1
    let code = 0
    for (let index = 0; index < count; index++) {
      const leaf = leaves[index]!
      const start = leafStarts[leaf]!
      // The same place in the request is the same value, and most often the place does not change.
      if (start !== lastStart) {
        lastStart = start
        code = this.#codeOf(view, table, leaf, start, leafEnds[leaf]!)
        const distinct = this.firstLeaves.length
        if (distinct > MIN_DISTINCT && (distinct > (index + 1) * MAX_DISTINCT_SHARE || distinct > MAX_DISTINCT))
          return false
      }
      this.codes[index] = code
    }
    return true
  }

  #codeOf(view: DataView, table: DocumentTable, leaf: number, start: number, end: number): number {
    const mask = this.#slots.length - 1
    let slot = hashBytes(view, start, end) & mask
    for (;;) {
      const entry = this.#slots[slot]!
      if (entry === 0) break
      if (this.#equals(table, this.firstLeaves[entry - 1]!, start, end)) return entry - 1
      slot = (slot + 1) & mask
    }
    this.firstLeaves.push(leaf)
    this.#slots[slot] = this.firstLeaves.length
    if (this.firstLeaves.length * 2 > this.#slots.length) this.#grow(table)
    return this.firstLeaves.length - 1
  }

  #equals(table: DocumentTable, leaf: number, start: number, end: number): boolean {
    const otherStart = table.leafStarts[leaf]!
    const length = end - start
    if (table.leafEnds[leaf]! - otherStart !== length) return false
    const { bytes } = table
    for (let index = 0; index < length; index++) if (bytes[start + index] !== bytes[otherStart + index]) return false
    return true
  }

  #grow(table: DocumentTable): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    const mask = this.#slots.length - 1
    for (const [code, leaf] of this.firstLeaves.entries()) {
      let slot = hashBytes(table.view, table.leafStarts[leaf]!, table.leafEnds[leaf]!) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = code + 1
    }
  }
}

function hashBytes(view: DataView, start: number, end: number): number {
  let hash = end - start
  let at = start
  for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1) ^ (hash >>> 15)
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1)
  return hash ^ (hash >>> 16)
}
