import type { DocumentTable } from '../json/document-table.ts'
import { addBareWords, scanString, WordHashes } from '../json/words.ts'
import { ByteWriter } from './byte-writer.ts'
import { type ColumnInput, ColumnsInput } from './columns.ts'
import { DictionaryBuilder } from './dictionary.ts'
import {
  ENCODING,
  FIRST_TEXT_SECTION,
  FORMAT_VERSION,
  INLINE_BYTES,
  MIN_FILTER_ROWS,
  SECTION,
  VARYING_DIGITS,
} from './format.ts'
import type { IdTable } from './id-table.ts'
import { writeIds } from './ids.ts'
import { writeRowTimes } from './row-times.ts'
import { WordSet } from './word-filter.ts'
import { compress } from './zstd.ts'

/** Rows of one index and one day, to become a block. */
export interface BlockInput {
  readonly table: DocumentTable
  readonly ids: IdTable
  /** Which rows of the table, in order of arrival. */
  readonly rows: Int32Array
  readonly count: number
  /** By place in `rows`: nanoseconds within the day. */
  readonly ns: Float64Array
  /** By place in `rows`: digits after the second of the `@timestamp` that says just this time, or -1. */
  readonly digits: Int8Array
  /** By place in `rows`: sequence numbers, rising. */
  readonly sequences: Float64Array
}

export interface EncodedBlock {
  readonly rows: number
  readonly minNs: number
  readonly maxNs: number
  readonly firstSequence: number
  readonly lastSequence: number
  /** Bytes of the documents as they were sent. */
  readonly sourceBytes: number
  readonly head: Buffer
  readonly sections: readonly EncodedSection[]
}

export interface EncodedSection {
  readonly section: number
  readonly data: Buffer
}

/** Turns rows into the compressed columns of a block. Keeps its working memory from block to block. */
export class BlockEncoder {
  readonly #columns = new ColumnsInput()
  readonly #dictionary = new DictionaryBuilder()
  readonly #words = new WordSet()
  readonly #extraWords = new WordHashes()
  readonly #writer = new ByteWriter(64 * 1024)
  readonly #textWriter = new ByteWriter(1024 * 1024)

  encode(input: BlockInput): EncodedBlock {
    const { table, rows, count, sequences } = input
    const sections: EncodedSection[] = []
    const writer = this.#writer
    writer.length = 0
    this.#words.clear()
    this.#extraWords.length = 0
    let sourceBytes = 0
    let minNs = Number.POSITIVE_INFINITY
    let maxNs = 0
    for (let index = 0; index < count; index++) {
      const row = rows[index]!
      sourceBytes += table.ends[row]! - table.starts[row]!
      minNs = Math.min(minNs, input.ns[index]!)
      maxNs = Math.max(maxNs, input.ns[index]!)
    }

    writer.byte(FORMAT_VERSION)
    writer.number(count)
    const columns = this.#columns
    columns.gather(table, rows, count)
    this.#writeShapes(columns)
    writeRowTimes(writer, input.ns, count)
    this.#writeSequenceGaps(sequences, count)
    for (const column of columns.columns) this.#writeColumn(column, input, sections)
    this.#writeIds(input, sections)
    const head = compress(writer.written)

    if (count >= MIN_FILTER_ROWS) {
      this.#addRowWords(input)
      sections.push({ section: SECTION.filter, data: this.#words.toFilter() })
    }
    const [firstSequence, lastSequence] = [sequences[0]!, sequences[count - 1]!]
    return { rows: count, minNs, maxNs, firstSequence, lastSequence, sourceBytes, head, sections }
  }

  #writeShapes({ shapes, shapeCodes }: ColumnsInput): void {
    const writer = this.#writer
    writer.number(shapes.length)
    for (const { literals, literalEnds } of shapes) {
      writer.number(literalEnds.length)
      let before = 0
      for (const end of literalEnds) {
        writer.number(end - before)
        before = end
      }
      writer.raw(literals)
    }
    if (shapes.length > 1) writeCodes(writer, shapeCodes, shapeCodes.length, shapes.length)
  }

  /** Sequence numbers mostly follow each other; only where they do not is written. */
  #writeSequenceGaps(sequences: Float64Array, count: number): void {
    const gaps: number[] = []
    let lastGap = 0
    for (let index = 1; index < count; index++) {
      const step = sequences[index]! - sequences[index - 1]! - 1
      if (step === 0) continue
      gaps.push(index - lastGap, step)
      lastGap = index
    }
    this.#writer.number(gaps.length / 2)
    for (const value of gaps) this.#writer.number(value)
  }

  #writeColumn(column: ColumnInput, input: BlockInput, sections: EncodedSection[]): void {
    const writer = this.#writer
    writer.number(column.count)
    if (isRowTime(column, input)) {
      writer.byte(ENCODING.rowTime)
      const { digits, count } = input
      const varying = digits.subarray(0, count).some((value) => value !== digits[0])
      writer.byte(varying ? VARYING_DIGITS : digits[0]!)
      if (varying) writer.raw(new Uint8Array(digits.buffer, digits.byteOffset, count))
    } else if (this.#dictionary.build(input.table, column.leaves, column.count)) {
      this.#writeDictionary(column, input.table)
    } else {
      this.#writeText(column, input, sections)
    }
  }

  #writeDictionary(column: ColumnInput, table: DocumentTable): void {
    const writer = this.#writer
    const { codes, firstLeaves } = this.#dictionary
    writer.byte(ENCODING.dictionary)
    writer.number(firstLeaves.length)
    for (const leaf of firstLeaves) {
      writer.bytes(table.bytes.subarray(table.leafStarts[leaf], table.leafEnds[leaf]))
      this.#addLeafWords(column, table, leaf)
    }
    if (firstLeaves.length > 1) writeCodes(writer, codes, column.count, firstLeaves.length)
  }

  /** Values one after the other, each with a newline, which no JSON value has in it. */
  #writeText(column: ColumnInput, { table, rows }: BlockInput, sections: EncodedSection[]): void {
    const { leafStarts, leafEnds, leafFrom, bytes } = table
    const { leaves, count } = column
    let total = count
    for (let index = 0; index < count; index++) total += leafEnds[leaves[index]!]! - leafStarts[leaves[index]!]!
    const writer = this.#textWriter
    writer.length = 0
    const target = writer.reserve(total)
    let at = 0
    let place = 0
    let lastStart = -1
    for (let index = 0; index < count; index++) {
      const leaf = leaves[index]!
      const start = leafStarts[leaf]!
      const end = leafEnds[leaf]!
      at = copyBytes(table.view, bytes, start, end, target, at)
      target[at++] = 0x0a
      while (leafFrom[rows[place]! + 1]! <= leaf) place += 1
      // The words of a leaf that stands in another row were not counted with this one.
      if (start < table.starts[rows[place]!]! && start !== lastStart) this.#addLeafWords(column, table, leaf)
      lastStart = start
    }
    writer.length = at
    if (at <= INLINE_BYTES) {
      this.#writer.byte(ENCODING.inlineText)
      this.#writer.bytes(writer.written)
      return
    }
    const section = Math.max(FIRST_TEXT_SECTION, (sections.at(-1)?.section ?? 0) + 1)
    this.#writer.byte(ENCODING.text)
    this.#writer.number(section)
    sections.push({ section, data: compress(writer.written) })
  }

  #writeIds({ ids, rows, count }: BlockInput, sections: EncodedSection[]): void {
    const writer = this.#textWriter
    writer.length = 0
    writeIds(writer, ids, rows, count)
    const inline = writer.length <= INLINE_BYTES
    this.#writer.byte(inline ? 1 : 0)
    if (inline) this.#writer.raw(writer.written)
    else sections.push({ section: SECTION.ids, data: compress(writer.written) })
  }

  #addLeafWords({ leaf: { kind } }: ColumnInput, { bytes, leafStarts, leafEnds }: DocumentTable, leaf: number): void {
    const words = this.#extraWords
    const [start, end] = [leafStarts[leaf]!, leafEnds[leaf]!]
    words.reserve(end - start)
    if (kind === 'string') scanString(bytes, start, end, words)
    else addBareWords(bytes, start, end, words)
  }

  #addRowWords({ table, rows, count }: BlockInput): void {
    for (let index = 0; index < count; index++) {
      const row = rows[index]!
      this.#words.addAll(table.words.hashes, table.wordsFrom[row]!, table.wordsFrom[row + 1]!)
    }
    this.#words.addAll(this.#extraWords.hashes, 0, this.#extraWords.length)
  }
}

/** Beyond this length native copying is faster; below, the call costs more than the copy. */
const SHORT_BYTES = 256

/** @returns the place after the copy */
function copyBytes(view: DataView, bytes: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const length = end - start
  if (length > SHORT_BYTES) {
    bytes.copy(target, at, start, end)
    return at + length
  }
  let from = start
  let to = at
  for (const whole = start + (length & ~3); from < whole; from += 4) {
    const word = view.getInt32(from, true)
    target[to] = word
    target[to + 1] = word >> 8
    target[to + 2] = word >> 16
    target[to + 3] = word >> 24
    to += 4
  }
  while (from < end) target[to++] = bytes[from++]!
  return to
}

function isRowTime({ leaf, count }: ColumnInput, input: BlockInput): boolean {
  if (leaf.path !== '@timestamp' || leaf.kind !== 'string' || count !== input.count) return false
  for (let index = 0; index < count; index++) if (input.digits[index]! < 0) return false
  return true
}

function writeCodes(writer: ByteWriter, codes: Uint16Array, count: number, distinct: number): void {
  const buffer = writer.reserve(count * 2)
  const at = writer.length
  for (let index = 0; index < count; index++) buffer[at + index] = codes[index]! & 0xff
  writer.length += count
  if (distinct <= 256) return
  for (let index = 0; index < count; index++) buffer[at + count + index] = codes[index]! >> 8
  writer.length += count
}
