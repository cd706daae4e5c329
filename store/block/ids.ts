import { RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'
import { epochNsOf } from '../time/day.ts'
import { type ByteReader, CorruptBlockError } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { ID_KIND, type IdTable } from './id-table.ts'
import { readIntegers, writeIntegers } from './integers.ts'

const MIXED = 3

/**
 * Writes the ids of a block's rows. A uid takes no place for its time and hardly any for its offset: records follow
 * each other in a file, so it is where the one before ended.
 */
export function writeIds(writer: ByteWriter, ids: IdTable, rows: Int32Array, count: number): void {
  const first = ids.kinds[rows[0]!]!
  let kind: number = first
  for (let index = 0; index < count; index++) if (ids.kinds[rows[index]!] !== first) kind = MIXED
  writer.byte(kind)
  if (kind === MIXED) for (let index = 0; index < count; index++) writer.byte(ids.kinds[rows[index]!]!)
  const uidRows =
    kind === ID_KIND.uid
      ? rows.subarray(0, count)
      : rows.subarray(0, count).filter((row) => ids.kinds[row] === ID_KIND.uid)
  if (uidRows.length > 0) writeUids(writer, ids, uidRows)
  if (kind !== ID_KIND.text && kind !== MIXED) return
  for (let index = 0; index < count; index++) {
    const text = ids.texts.get(rows[index]!)
    if (text !== undefined) writer.bytes(Buffer.from(text))
  }
}

function writeUids(writer: ByteWriter, ids: IdTable, rows: Int32Array): void {
  const runs = fileRunsOf(ids.files, rows)
  const codes = new Map<number, number>()
  for (let run = 0; run < runs.length; run += 2) {
    const file = runs[run]!
    if (!codes.has(file)) codes.set(file, codes.size)
    runs[run] = codes.get(file)!
  }
  writer.number(codes.size)
  for (const file of codes.keys()) writer.raw(Buffer.from(ids.fileKeys[file]!, 'latin1'))
  writer.number(runs.length / 2)
  for (const value of runs) writer.number(value)

  const expected = new Float64Array(codes.size)
  const steps = new Float64Array(rows.length)
  const lengths = new Float64Array(rows.length)
  for (let run = 0, index = 0; run < runs.length; run += 2) {
    const code = runs[run]!
    for (const end = index + runs[run + 1]!; index < end; index++) {
      const row = rows[index]!
      const offset = ids.offsets[row]!
      const length = ids.lengths[row]!
      steps[index] = offset - expected[code]!
      lengths[index] = length
      expected[code] = offset + length + 1
    }
  }
  writeIntegers(writer, steps, rows.length)
  writeIntegers(writer, lengths, rows.length)
}

/** The files of rows, each with the number of rows that follow each other with it. */
function fileRunsOf(files: Int32Array, rows: Int32Array): number[] {
  const runs: number[] = []
  let start = 0
  for (let index = 1; index <= rows.length; index++) {
    const file = files[rows[start]!]!
    if (index < rows.length && files[rows[index]!] === file) continue
    runs.push(file, index - start)
    start = index
  }
  return runs
}

/** The ids of a block's rows, as they were written. */
export class BlockIds {
  readonly #kinds: Uint8Array | number
  readonly fileKeys: readonly string[]
  /** By row; what they say is for rows that have a uid. */
  readonly files: Int32Array
  readonly offsets: Float64Array
  readonly lengths: Float64Array
  readonly #texts = new Map<number, string>()

  constructor(reader: ByteReader, count: number) {
    const kind = reader.byte()
    this.#kinds = kind === MIXED ? reader.raw(count) : kind
    const uidRows: number[] = []
    for (let row = 0; row < count; row++) if (this.kindOf(row) === ID_KIND.uid) uidRows.push(row)
    this.files = new Int32Array(uidRows.length === 0 ? 0 : count)
    this.offsets = new Float64Array(this.files.length)
    this.lengths = new Float64Array(this.files.length)
    this.fileKeys = uidRows.length === 0 ? [] : this.#readUids(reader, uidRows)
    for (let row = 0; row < count; row++) {
      if (this.kindOf(row) === ID_KIND.text) this.#texts.set(row, reader.bytes().toString())
    }
  }

  kindOf(row: number): number {
    return typeof this.#kinds === 'number' ? this.#kinds : this.#kinds[row]!
  }

  /** The id of a row, of which the time and the sequence number are parts. */
  text(row: number, day: number, ns: number, sequence: number): string {
    const kind = this.kindOf(row)
    if (kind === ID_KIND.generated) return generatedId(sequence)
    if (kind === ID_KIND.text) return this.#texts.get(row)!
    const target = Buffer.allocUnsafe(RECORD_UID_BYTES)
    const epochNs = epochNsOf(day, ns)
    const fileKey = Buffer.from(this.fileKeys[this.files[row]!]!, 'latin1')
    const high = Number(epochNs >> 32n)
    writeRecordUid(target, 0, high, Number(epochNs & 0xffff_ffffn), fileKey, this.offsets[row]!, this.lengths[row]!)
    return target.toString('latin1')
  }

  /** The id of a row that has one of kind text. */
  textOf(row: number): string {
    return this.#texts.get(row)!
  }

  #readUids(reader: ByteReader, rows: readonly number[]): string[] {
    const fileKeys = Array.from({ length: checked(reader.number(), rows.length) }, () =>
      reader.raw(11).toString('latin1'),
    )
    const runs = checked(reader.number(), rows.length)
    let index = 0
    for (let run = 0; run < runs; run++) {
      const file = checked(reader.number(), fileKeys.length - 1)
      const end = checked(index + reader.number(), rows.length)
      for (; index < end; index++) this.files[rows[index]!] = file
    }
    const steps = readIntegers(reader, rows.length)
    const lengths = readIntegers(reader, rows.length)
    const expected = new Float64Array(fileKeys.length)
    for (const [place, row] of rows.entries()) {
      const file = this.files[row]!
      const offset = expected[file]! + steps[place]!
      this.offsets[row] = offset
      this.lengths[row] = lengths[place]!
      expected[file] = offset + lengths[place]! + 1
    }
    return fileKeys
  }
}

/** The `_id` of a document that came without one; it has the order of arrival. */
export function generatedId(sequence: number): string {
  return `auto-${sequence.toString(36).padStart(11, '0')}`
}

function checked(value: number, largest: number): number {
  if (value > largest) throw new CorruptBlockError(`${value} is more than ${largest}`)
  return value
}
