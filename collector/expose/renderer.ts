import type { Family, Section } from '../series/families.ts'
import { NONE } from '../series/hash-index.ts'
import { ENDED, USED } from '../series/rows.ts'
import type { SeriesStore } from '../series/series-store.ts'
import type { LineBounds, LineDeflater } from './deflate/line-deflater.ts'
import { familyHead } from './family-head.ts'
import type { ExpositionFormat } from './format.ts'
import { MAX_NUMBER_BYTES, writeNumber } from './number-text.ts'
import type { Selection } from './selection.ts'

/** A piece is as large as this, and the rows of one histogram more. */
const PIECE_BYTES = 64 * 1024
/** After so many rows of which nothing was written somebody else may have a turn. */
const MAX_SKIPPED_ROWS = 5_000
const LINE_FEED = 0x0a
const SPACE = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d
const COMMA = 0x2c
const END_OF_FILE = Buffer.from('# EOF\n')

/**
 * Writes series as text, piece by piece. Between two pieces the table may change: the rows of one histogram are always in
 * one piece, so that they are of one moment. It must be closed, because the table keeps removed rows' places meanwhile.
 */
export class Renderer {
  readonly #store: SeriesStore
  readonly #format: ExpositionFormat
  readonly #selection: Selection
  readonly #deflater: LineDeflater | undefined
  readonly #bounds: LineBounds = { start: 0, labelsStart: 0, labelsEnd: 0, end: 0 }
  readonly #families: readonly Family[]
  #family = -1
  #sections: readonly Section[] = []
  #section = 0
  #row = NONE
  #hasHead = false
  /** Part of the last line, of the same metric. */
  #lastPart = 0
  #isOver = false
  #isClosed = false
  #textBytes = 0
  #buffer = Buffer.allocUnsafeSlow(PIECE_BYTES + 16_384)
  #at = 0

  /** @param deflater compresses what is written */
  constructor(store: SeriesStore, format: ExpositionFormat, selection: Selection, deflater?: LineDeflater) {
    this.#store = store
    this.#deflater = deflater
    this.#format = format
    this.#selection = selection
    this.#families = selection.families(store)
    store.rows.beginReading()
  }

  /** Bytes of text so far, before compression. */
  get textBytes(): number {
    return this.#textBytes
  }

  /**
   * The next piece, which may be empty; undefined at the end. Valid until the next call.
   */
  next(): Buffer | undefined {
    if (this.#isOver) return undefined
    const { rows } = this.#store
    this.#at = 0
    this.#selection.forget()
    let skipped = 0
    for (;;) {
      if (this.#row === NONE && !this.#nextSection()) {
        this.#isOver = true
        if (this.#format === 'openmetrics') this.#bytes(END_OF_FILE)
        break
      }
      const row = this.#row
      this.#row = rows.next[row]!
      if ((rows.flags[row]! & (USED | ENDED)) === USED && this.#selection.has(this.#store, row)) this.#line(row)
      else skipped += 1
      const isEnough = this.#at >= PIECE_BYTES || skipped >= MAX_SKIPPED_ROWS
      if (isEnough && (this.#row === NONE || rows.labels[this.#row] !== rows.labels[row])) break
    }
    const text = this.#buffer.subarray(0, this.#at)
    this.#textBytes += text.length
    const deflater = this.#deflater
    if (deflater === undefined) return text
    if (!this.#isOver) return deflater.take(text)
    deflater.end()
    return Buffer.concat([deflater.take(text), deflater.trailer()])
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#store.rows.endReading()
  }

  #nextSection(): boolean {
    for (;;) {
      while (this.#section < this.#sections.length) {
        const section = this.#sections[this.#section]!
        this.#section += 1
        if (section.isGone) continue
        this.#row = section.head
        return true
      }
      this.#family += 1
      const family = this.#families[this.#family]
      if (family === undefined) return false
      this.#section = 0
      this.#sections = family.isGone ? [] : this.#selection.sections(family)
      this.#hasHead = false
    }
  }

  #line(row: number): void {
    const { rows, parts, labelSets } = this.#store
    const family = this.#families[this.#family]!
    const isFirst = !this.#hasHead
    if (isFirst) {
      this.#hasHead = true
      this.#bytes(Buffer.from(familyHead(family, this.#store.families, this.#format)))
    }
    const labelSet = rows.labels[row]!
    const length = labelSets.lengthOf(labelSet)
    const { nameBytes } = family
    const partId = rows.part[row]!
    this.#reserve(nameBytes.length + length + 512 + MAX_NUMBER_BYTES)
    const buffer = this.#buffer
    const bounds = this.#bounds
    bounds.start = this.#at
    let at = copyShort(nameBytes, buffer, this.#at)
    if (partId === 0) {
      if (length > 0) {
        buffer[at++] = OPEN
        bounds.labelsStart = at
        at = labelSets.copy(labelSet, buffer, at)
        bounds.labelsEnd = at
        buffer[at++] = CLOSE
      } else {
        bounds.labelsStart = at
        bounds.labelsEnd = at
      }
    } else {
      const part = parts.get(partId)
      at = copyShort(part.suffixBytes, buffer, at)
      bounds.labelsStart = at
      bounds.labelsEnd = at
      const bound = this.#format === 'text' ? part.bytes : part.canonicalBytes
      if (length > 0 || bound.length > 0) {
        buffer[at++] = OPEN
        bounds.labelsStart = at
        at = labelSets.copy(labelSet, buffer, at)
        bounds.labelsEnd = at
        if (length > 0 && bound.length > 0) buffer[at++] = COMMA
        at = copyShort(bound, buffer, at)
        buffer[at++] = CLOSE
      }
    }
    buffer[at++] = SPACE
    at = writeNumber(buffer, at, rows.value[row]!)
    buffer[at++] = LINE_FEED
    this.#at = at
    if (this.#deflater === undefined) return
    bounds.end = at
    const isPlain = partId === 0 && this.#lastPart === 0
    const sameLength = isFirst ? 0 : isPlain && length > 0 ? nameBytes.length + 1 : nameBytes.length
    // A line without labels has no brace behind its name.
    this.#lastPart = partId === 0 && length === 0 ? -1 : partId
    this.#deflater.line(buffer, bounds, labelSet, labelSets.hashOf(labelSet), sameLength)
  }

  #bytes(bytes: Buffer): void {
    this.#reserve(bytes.length)
    bytes.copy(this.#buffer, this.#at)
    this.#at += bytes.length
    this.#deflater?.text(bytes, 0, bytes.length)
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#at + bytes))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}

function copyShort(bytes: Buffer, target: Buffer, to: number): number {
  const length = bytes.length
  for (let at = 0; at < length; at = (at + 1) | 0) target[(to + at) | 0] = bytes[at]!
  return to + length
}
