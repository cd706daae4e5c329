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
import {
  MAX_COUNTED_VALUE_BYTES,
  MAX_COUNTED_VALUES,
  writeCounts,
  writeSummaryHead,
  writeUncounted,
} from './summary.ts'
import { WordFilterBuilder } from './word-filter.ts'
import { writeValues } from './write-values.ts'
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
  /** See {@link BlockSummary}. */
  readonly summary: Buffer
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
  readonly #filter = new WordFilterBuilder()
  readonly #extraWords = new WordHashes()
  readonly #writer = new ByteWriter(64 * 1024)
  readonly #textWriter = new ByteWriter(1024 * 1024)
  readonly #summaryWriter = new ByteWriter(4096)

  encode(input: BlockInput): EncodedBlock {
    const { table, rows, count, sequences } = input
    const sections: EncodedSection[] = []
    const writer = this.#writer
    writer.length = 0
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
    this.#summaryWriter.length = 0
    writeSummaryHead(this.#summaryWriter, columns.columns.length)
    for (const column of columns.columns) this.#writeColumn(column, input, sections)
    this.#writeIds(input, sections)
    const head = compress(writer.written)

    if (count >= MIN_FILTER_ROWS) {
      sections.push({ section: SECTION.filter, data: this.#filterOf(input) })
    }
    const [firstSequence, lastSequence] = [sequences[0]!, sequences[count - 1]!]
    const summary = compress(this.#summaryWriter.written)
    return { rows: count, minNs, maxNs, firstSequence, lastSequence, sourceBytes, head, summary, sections }
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
      const varying = isVarying(digits, count)
      writer.byte(varying ? VARYING_DIGITS : digits[0]!)
      if (varying) writer.raw(new Uint8Array(digits.buffer, digits.byteOffset, count))
    } else if (this.#dictionary.build(input.table, column)) {
      this.#writeDictionary(column, input.table)
      this.#countValues(column, input.table)
      return
    } else {
      this.#writeText(column, input.table, sections)
    }
    writeUncounted(this.#summaryWriter, column.leaf)
  }

  #writeDictionary(column: ColumnInput, table: DocumentTable): void {
    const writer = this.#writer
    const { codes, firstRuns } = this.#dictionary
    writer.byte(ENCODING.dictionary)
    writer.number(firstRuns.length)
    for (const run of firstRuns) {
      writer.bytes(table.bytes.subarray(column.starts[run], column.ends[run]))
      this.#addWords(column, table, run)
    }
    if (firstRuns.length > 1) writeCodes(writer, codes, column.count, firstRuns.length)
  }

  #countValues({ leaf, count, isSingle, starts, ends }: ColumnInput, { bytes }: DocumentTable): void {
    const { codes, firstRuns } = this.#dictionary
    const isLong = (run: number) => ends[run]! - starts[run]! > MAX_COUNTED_VALUE_BYTES
    if (!isSingle || firstRuns.length > MAX_COUNTED_VALUES || firstRuns.some(isLong)) {
      writeUncounted(this.#summaryWriter, leaf)
      return
    }
    const counts = new Uint32Array(firstRuns.length)
    for (let value = 0; value < count; value++) counts[codes[value]!]! += 1
    const values = firstRuns.map((run, code) => ({ raw: bytes.subarray(starts[run], ends[run]), count: counts[code]! }))
    writeCounts(this.#summaryWriter, leaf, values)
  }

  /** Values one after the other, each with a newline, which no JSON value has in it. */
  #writeText(column: ColumnInput, table: DocumentTable, sections: EncodedSection[]): void {
    const writer = this.#textWriter
    writer.length = 0
    writeValues(writer, column, table)
    this.#addForeignWords(column, table)
    if (writer.length <= INLINE_BYTES) {
      this.#writer.byte(ENCODING.inlineText)
      this.#writer.bytes(writer.written)
      return
    }
    const section = Math.max(FIRST_TEXT_SECTION, (sections.at(-1)?.section ?? 0) + 1)
    this.#writer.byte(ENCODING.text)
    this.#writer.number(section)
    sections.push({ section, data: compress(writer.written) })
  }

  /** The words of a value that stands in another row were not counted with the rows of the block. */
  #addForeignWords(column: ColumnInput, table: DocumentTable): void {
    const { starts, firstRows, runs } = column
    const rowStarts = table.starts
    for (let run = 0; run < runs; run++) {
      if (starts[run]! < rowStarts[firstRows[run]!]!) this.#addWords(column, table, run)
    }
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

  #addWords({ leaf: { kind }, starts, ends }: ColumnInput, { bytes }: DocumentTable, run: number): void {
    const words = this.#extraWords
    const [start, end] = [starts[run]!, ends[run]!]
    words.reserve(end - start)
    if (kind === 'string') scanString(bytes, start, end, words)
    else addBareWords(bytes, start, end, words)
  }

  #filterOf({ table, rows, count }: BlockInput): Buffer {
    const filter = this.#filter
    filter.begin()
    do {
      for (let index = 0; index < count; index++) {
        const first = rows[index]!
        while (index + 1 < count && rows[index + 1] === rows[index]! + 1) index += 1
        filter.addAll(table.words.hashes, table.wordsFrom[first]!, table.wordsFrom[rows[index]! + 1]!)
      }
      filter.addAll(this.#extraWords.hashes, 0, this.#extraWords.length)
    } while (filter.grow())
    return filter.toFilter()
  }
}

function isRowTime({ leaf, count }: ColumnInput, input: BlockInput): boolean {
  if (leaf.path !== '@timestamp' || leaf.kind !== 'string' || count !== input.count) return false
  for (let index = 0; index < count; index++) if (input.digits[index]! < 0) return false
  return true
}

function isVarying(values: Int8Array, count: number): boolean {
  for (let index = 1; index < count; index++) if (values[index] !== values[0]) return true
  return false
}

function writeCodes(writer: ByteWriter, codes: Uint16Array, count: number, distinct: number): void {
  const buffer = writer.reserve(count * 2)
  const at = writer.length
  for (let index = 0; index < count; index++) buffer[(at + index) | 0] = codes[index]! & 0xff
  writer.length += count
  if (distinct <= 256) return
  const high = at + count
  for (let index = 0; index < count; index++) buffer[(high + index) | 0] = codes[index]! >> 8
  writer.length += count
}
