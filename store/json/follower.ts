import type { DocumentTable } from './document-table.ts'
import { equalBytes } from './equal-bytes.ts'
import type { Leaf, Shape } from './shape.ts'
import { TIME_PATHS } from './time-leaves.ts'
import { scanBare } from './tokenizer.ts'
import { addBareWords, BAD_STRING, scanString } from './words.ts'

/** A leaf that differs twice within so many documents is taken to vary, at least for as many as follow here. */
const CHANGES_WITHIN_ROWS = 32
const VARIES_FOR_ROWS = 64

/**
 * Reads documents of one shape by comparing them with one that was read before, the model. Leaves that seldom change
 * are compared together with the literals around them, as one span of bytes; only the others are scanned. That is
 * several times faster than reading from scratch, and as strict: what is equal to a right document is right.
 */
export class Follower {
  readonly shape: Shape
  readonly #table: DocumentTable
  readonly #count: number
  readonly #kinds: Uint8Array
  /** Places of the model's own leaves. */
  readonly #ownStarts: Int32Array
  readonly #ownEnds: Int32Array
  /** Places of the last document's leaves, or of earlier ones that equal them. */
  readonly #sharedStarts: Int32Array
  readonly #sharedEnds: Int32Array
  #modelStart: number
  #modelEnd: number
  readonly #lastChange: Int32Array
  readonly #variesUntil: Int32Array
  /** The leaves that are taken to vary, in order, and how many they are. */
  readonly #varying: Int32Array
  #varyingCount = 0
  #row = 0

  /** Takes the last row of the table as its model. */
  constructor(table: DocumentTable, shape: Shape, start: number) {
    const count = shape.leaves.length
    const from = table.leafFrom[table.rows - 1]!
    this.shape = shape
    this.#table = table
    this.#count = count
    this.#kinds = Uint8Array.from(shape.leaves, kindOf)
    this.#ownStarts = table.leafStarts.slice(from, from + count)
    this.#ownEnds = table.leafEnds.slice(from, from + count)
    this.#sharedStarts = this.#ownStarts.slice()
    this.#sharedEnds = this.#ownEnds.slice()
    this.#modelStart = start
    this.#modelEnd = table.ends[table.rows - 1]!
    this.#lastChange = new Int32Array(count).fill(-CHANGES_WITHIN_ROWS)
    this.#variesUntil = new Int32Array(count)
    this.#varying = new Int32Array(count)
  }

  /** Appends the document as a row if it has this shape; otherwise changes nothing. */
  tryRow(start: number, end: number): boolean {
    const table = this.#table
    table.reserveRow(this.#count)
    this.#row += 1
    const wordsBefore = table.words.length
    const timesBefore = table.times.length
    if (this.#readSpans(start, end)) {
      table.endRow(this.shape, start, end)
      return true
    }
    table.words.length = wordsBefore
    table.times.length = timesBefore
    if (this.#readLeaves(start, end)) {
      table.endRow(this.shape, start, end)
      return true
    }
    table.words.length = wordsBefore
    table.times.length = timesBefore
    return false
  }

  /** Compares everything between two varying leaves at once. */
  #readSpans(start: number, end: number): boolean {
    const { bytes, view, leafStarts, leafEnds } = this.#table
    const from = this.#table.leafFrom[this.#table.rows]!
    const sharedStarts = this.#sharedStarts
    const sharedEnds = this.#sharedEnds
    // Sums are cut to 32 bits as in equalBytes.
    for (let leaf = 0; leaf < this.#count; leaf++) {
      leafStarts[(from + leaf) | 0] = sharedStarts[leaf]!
      leafEnds[(from + leaf) | 0] = sharedEnds[leaf]!
    }
    let at = start
    let modelAt = this.#modelStart
    for (let index = 0; index < this.#varyingCount; index++) {
      const leaf = this.#varying[index]!
      const length = this.#ownStarts[leaf]! - modelAt
      if (at + length > end || !equalBytes(view, bytes, at, modelAt, length)) return false
      at += length
      modelAt = this.#ownEnds[leaf]!
      const lastStart = this.#sharedStarts[leaf]!
      const lastLength = this.#sharedEnds[leaf]! - lastStart
      // Senders take turns, so what varies is still most often what it was in the last document.
      if (bytes[at + lastLength] === bytes[modelAt] && equalBytes(view, bytes, at, lastStart, lastLength)) {
        at += lastLength
        continue
      }
      const leafEnd = scanLeaf(this.#kinds[leaf]!, this.#table, at, end)
      if (leafEnd === BAD_STRING) return false
      leafStarts[from + leaf] = at
      leafEnds[from + leaf] = leafEnd
      at = leafEnd
    }
    const rest = this.#modelEnd - modelAt
    if (at + rest !== end || !equalBytes(view, bytes, at, modelAt, rest)) return false
    for (let index = 0; index < this.#varyingCount; index++) {
      const leaf = this.#varying[index]!
      this.#sharedStarts[leaf] = leafStarts[from + leaf]!
      this.#sharedEnds[leaf] = leafEnds[from + leaf]!
    }
    return true
  }

  /** Compares literal by literal, learns which leaves changed and makes the document the model. */
  #readLeaves(start: number, end: number): boolean {
    const { bytes, view, leafStarts, leafEnds } = this.#table
    const from = this.#table.leafFrom[this.#table.rows]!
    let at = start
    let modelAt = this.#modelStart
    for (let leaf = 0; leaf < this.#count; leaf++) {
      const length = this.#ownStarts[leaf]! - modelAt
      if (at + length > end || !equalBytes(view, bytes, at, modelAt, length)) return false
      at += length
      modelAt = this.#ownEnds[leaf]!
      const leafEnd = scanLeaf(this.#kinds[leaf]!, this.#table, at, end)
      if (leafEnd === BAD_STRING) return false
      leafStarts[from + leaf] = at
      leafEnds[from + leaf] = leafEnd
      at = leafEnd
    }
    const rest = this.#modelEnd - modelAt
    if (at + rest !== end || !equalBytes(view, bytes, at, modelAt, rest)) return false
    this.#learn(start, end, from)
    return true
  }

  #learn(start: number, end: number, from: number): void {
    const { bytes, view, leafStarts, leafEnds } = this.#table
    const row = this.#row
    let varying = 0
    let wasVarying = 0
    for (let leaf = 0; leaf < this.#count; leaf++) {
      const leafStart = leafStarts[from + leaf]!
      const leafEnd = leafEnds[from + leaf]!
      const length = leafEnd - leafStart
      const varied = wasVarying < this.#varyingCount && this.#varying[wasVarying] === leaf
      if (varied) wasVarying += 1
      if (
        length === this.#sharedEnds[leaf]! - this.#sharedStarts[leaf]! &&
        equalBytes(view, bytes, leafStart, this.#sharedStarts[leaf]!, length)
      ) {
        leafStarts[from + leaf] = this.#sharedStarts[leaf]!
        leafEnds[from + leaf] = this.#sharedEnds[leaf]!
      } else {
        if (varied || row - this.#lastChange[leaf]! < CHANGES_WITHIN_ROWS)
          this.#variesUntil[leaf] = row + VARIES_FOR_ROWS
        this.#lastChange[leaf] = row
        this.#sharedStarts[leaf] = leafStart
        this.#sharedEnds[leaf] = leafEnd
      }
      this.#ownStarts[leaf] = leafStart
      this.#ownEnds[leaf] = leafEnd
      if (row < this.#variesUntil[leaf]!) this.#varying[varying++] = leaf
    }
    this.#varyingCount = varying
    this.#modelStart = start
    this.#modelEnd = end
  }
}

const BARE = 0
const STRING = 1
const TIME = 2

function kindOf({ path, kind }: Leaf): number {
  if (kind === 'bare') return BARE
  return TIME_PATHS.has(path) ? TIME : STRING
}

/** Finds the end of a leaf and appends its words, or its time, to the table. */
function scanLeaf(kind: number, { bytes, view, words, times }: DocumentTable, at: number, end: number): number {
  if (kind === STRING) return scanString(bytes, at, end, words)
  if (kind === TIME) {
    const timeEnd = times.read(bytes, view, at)
    return timeEnd < 0 ? scanString(bytes, at, end, words) : timeEnd
  }
  const leafEnd = scanBare(bytes, at, end)
  if (leafEnd !== BAD_STRING) addBareWords(bytes, at, leafEnd, words)
  return leafEnd
}
