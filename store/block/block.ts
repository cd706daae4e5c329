import type { Shape, ShapeRegistry } from '../json/shape.ts'
import { dayName } from '../time/day.ts'
import { ByteReader, CorruptBlockError } from './byte-reader.ts'
import { BlockColumn } from './column.ts'
import { columnKey } from './columns.ts'
import { FORMAT_VERSION, SECTION } from './format.ts'
import { BlockIds } from './ids.ts'
import { readCodes } from './read-dictionary.ts'
import { readRowTimes, skipRowTimes } from './row-times.ts'
import { decompress } from './zstd.ts'

/** What is known of a block without reading it. */
export interface BlockMeta {
  readonly id: number
  readonly rows: number
  /** Nanoseconds within the day. */
  readonly minNs: number
  readonly maxNs: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly sourceBytes: number
}

export interface BlockParts {
  readonly day: number
  readonly meta: BlockMeta
  readonly head: Buffer
  /** Reads a section as it was written. */
  readonly section: (section: number) => Buffer
  readonly shapes: ShapeRegistry
}

/** A block that can be read: the head is decoded, everything else when asked for. All methods may throw CorruptBlockError. */
export class Block {
  readonly day: number
  readonly meta: BlockMeta
  readonly rows: number
  readonly columns: readonly BlockColumn[]
  readonly #parts: BlockParts
  readonly #shapes: readonly Shape[]
  readonly #shapeCodes: Uint16Array | undefined
  readonly #columnsOfShapes: readonly (readonly BlockColumn[])[]
  readonly #gaps: readonly number[]
  readonly #inlineIds: ByteReader | undefined
  readonly #byKey = new Map<string, BlockColumn>()
  readonly #timesAt: ByteReader
  #ns: Float64Array | undefined
  #ids: BlockIds | undefined
  #sequences: Float64Array | undefined
  /** Bytes that this block holds in memory, about. */
  memoryBytes: number

  constructor(parts: BlockParts) {
    const bytes = decompress(parts.head)
    const reader = new ByteReader(bytes)
    if (reader.byte() !== FORMAT_VERSION) throw new CorruptBlockError('of an unknown version')
    this.day = parts.day
    this.meta = parts.meta
    this.rows = reader.number()
    if (this.rows !== parts.meta.rows) throw new CorruptBlockError('the number of rows is not that of the directory')
    this.#parts = parts
    this.#shapes = readShapes(reader, parts.shapes)
    this.#shapeCodes = this.#shapes.length > 1 ? readCodes(reader, this.rows, this.#shapes.length) : undefined
    this.#timesAt = reader.fork()
    skipRowTimes(reader, this.rows)
    this.#gaps = Array.from({ length: reader.number() * 2 }, () => reader.number())
    this.#columnsOfShapes = this.#readColumns(reader)
    this.columns = [...this.#byKey.values()]
    this.#inlineIds = reader.byte() === 1 ? reader : undefined
    this.memoryBytes = this.columns.reduce((sum, column) => sum + column.memoryBytes, bytes.length + this.rows * 8)
  }

  /** The values of a path that are strings, or those that are not. */
  column(path: string, kind: 'string' | 'bare'): BlockColumn | undefined {
    return this.#byKey.get(columnKey({ path, kind }))
  }

  /** Time of each row, nanoseconds within the day. */
  get ns(): Float64Array {
    this.#ns ??= readRowTimes(this.#timesAt.fork(), this.rows)
    return this.#ns
  }

  get ids(): BlockIds {
    if (this.#ids === undefined) {
      this.#ids = new BlockIds(this.#inlineIds ?? new ByteReader(this.#section(SECTION.ids)), this.rows)
      this.memoryBytes += this.rows * 20
    }
    return this.#ids
  }

  get sequences(): Float64Array {
    if (this.#sequences === undefined) {
      const sequences = new Float64Array(this.rows)
      let sequence = this.meta.firstSequence
      let gap = 0
      let nextGap = this.#gaps[0] ?? -1
      for (let row = 0; row < this.rows; row++) {
        if (row > 0) sequence += 1
        if (row === nextGap) {
          sequence += this.#gaps[gap + 1]!
          gap += 2
          nextGap = gap < this.#gaps.length ? row + this.#gaps[gap]! : -1
        }
        sequences[row] = sequence
      }
      this.#sequences = sequences
      this.memoryBytes += this.rows * 8
    }
    return this.#sequences
  }

  idOf(row: number): string {
    return this.ids.text(row, this.day, this.ns[row]!, this.sequences[row]!)
  }

  /** The document of a row, byte for byte as it was sent. */
  sourceOf(row: number): Buffer {
    const code = this.#shapeCodes?.[row] ?? 0
    const { literals, literalEnds } = this.#shapes[code]!
    const columns = this.#columnsOfShapes[code]!
    const pieces: Buffer[] = []
    const taken = new Map<BlockColumn, number>()
    let at = 0
    for (let leaf = 0; leaf < columns.length; leaf++) {
      const column = columns[leaf]!
      pieces.push(literals.subarray(at, literalEnds[leaf]))
      at = literalEnds[leaf]!
      const occurrence = taken.get(column) ?? 0
      taken.set(column, occurrence + 1)
      pieces.push(column.raw(column.firstValue(row) + occurrence))
    }
    pieces.push(literals.subarray(at))
    return Buffer.concat(pieces)
  }

  #section(section: number): Buffer {
    const bytes = decompress(this.#parts.section(section))
    // And where each value begins in it.
    this.memoryBytes += bytes.length + this.rows * 4
    return bytes
  }

  #readColumns(reader: ByteReader): BlockColumn[][] {
    const owner = {
      dayName: dayName(this.day),
      times: () => this.ns,
      section: (section: number) => this.#section(section),
    }
    const perShape = this.#shapes.map((shape) => shape.leaves.map(columnKey))
    const valuesOfShapes = perShape.map(countEach)
    for (const [code, keys] of perShape.entries()) {
      for (const [leaf, key] of keys.entries()) {
        if (this.#byKey.has(key)) continue
        const valuesPerShape = Uint16Array.from(valuesOfShapes, (values) => values.get(key) ?? 0)
        const column = new BlockColumn(reader, this.#shapes[code]!.leaves[leaf]!, owner, {
          rows: this.rows,
          shapeCodes: this.#shapeCodes,
          valuesPerShape,
        })
        this.#byKey.set(key, column)
      }
    }
    return perShape.map((keys) => keys.map((key) => this.#byKey.get(key)!))
  }
}

function countEach(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function readShapes(reader: ByteReader, registry: ShapeRegistry): Shape[] {
  return Array.from({ length: reader.number() }, () => {
    const literalEnds = new Int32Array(reader.number())
    let total = 0
    for (let index = 0; index < literalEnds.length; index++) {
      total += reader.number()
      literalEnds[index] = total
    }
    // A copy: the registry outlives the block.
    return registry.intern(Buffer.from(reader.raw(total)), literalEnds)
  })
}
