import type { Leaf } from '../json/shape.ts'
import { decodeString } from '../json/words.ts'
import { ByteReader, CorruptBlockError } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import { columnKey } from './columns.ts'

/** Columns with more distinct values are not counted: their dictionaries would make a summary as large as a head. */
export const MAX_COUNTED_VALUES = 16
/** Longer values are none that buckets are made of. */
export const MAX_COUNTED_VALUE_BYTES = 64

const VERSION = 1

/** One column of a block, with how often each of its values comes, if that was counted. */
export interface ColumnCounts {
  readonly leaf: Leaf
  /** Each is in as many rows as it comes; undefined if there are too many values, or several in a row. */
  readonly values: readonly { readonly text: string; readonly count: number }[] | undefined
}

/** Begins what {@link readSummary} reads; each column follows. */
export function writeSummaryHead(writer: ByteWriter, columns: number): void {
  writer.byte(VERSION)
  writer.number(columns)
}

/** A column of which nothing was counted. */
export function writeUncounted(writer: ByteWriter, leaf: Leaf): void {
  writeLeaf(writer, leaf)
  writer.number(0)
}

/** A column with its values, in JSON without quotes, and their counts. */
export function writeCounts(
  writer: ByteWriter,
  leaf: Leaf,
  values: readonly { readonly raw: Uint8Array; readonly count: number }[],
): void {
  writeLeaf(writer, leaf)
  writer.number(values.length)
  for (const { raw, count } of values) {
    writer.bytes(raw)
    writer.number(count)
  }
}

function writeLeaf(writer: ByteWriter, { path, kind }: Leaf): void {
  writer.byte(kind === 'string' ? 0 : 1)
  writer.bytes(Buffer.from(path))
}

/** What a block says of its columns apart from its head, so that it need not be read to count its documents. */
export class BlockSummary {
  readonly columns: readonly ColumnCounts[]
  readonly #byKey: ReadonlyMap<string, ColumnCounts>

  /** @throws CorruptBlockError */
  constructor(bytes: Buffer) {
    const reader = new ByteReader(bytes)
    if (reader.byte() !== VERSION) throw new CorruptBlockError('a summary of an unknown version')
    this.columns = Array.from({ length: reader.number() }, () => readColumn(reader))
    this.#byKey = new Map(this.columns.map((column) => [columnKey(column.leaf), column]))
  }

  column(path: string, kind: 'string' | 'bare'): ColumnCounts | undefined {
    return this.#byKey.get(columnKey({ path, kind }))
  }
}

function readColumn(reader: ByteReader): ColumnCounts {
  const kind = reader.byte() === 0 ? 'string' : 'bare'
  const leaf: Leaf = { path: reader.bytes().toString(), kind }
  const values = Array.from({ length: reader.number() }, () => {
    const raw = reader.bytes()
    const text = kind === 'string' ? decodeString(raw, 0, raw.length) : raw.toString('latin1')
    return { text, count: reader.number() }
  })
  return { leaf, values: values.length === 0 ? undefined : values }
}
