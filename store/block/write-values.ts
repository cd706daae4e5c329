import type { DocumentTable } from '../json/document-table.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { ColumnInput } from './columns.ts'

/** Bytes of all values, each with its newline. */
function textBytes(column: ColumnInput): number {
  const { starts, ends, firstValues, runs, count } = column
  let total = count
  for (let run = 0; run < runs; run++) {
    total += (ends[run]! - starts[run]!) * (column.endOfRun(run) - firstValues[run]!)
  }
  return total
}

/** Beyond this length native copying is faster; below, the call costs more than the copy. */
const SHORT_BYTES = 512

/** Appends the values of a column, each followed by a newline. */
export function writeValues(writer: ByteWriter, column: ColumnInput, table: DocumentTable): void {
  const target = writer.reserve(textBytes(column) + COPY_SLACK)
  writer.length += copyValues(column, table, target, writer.length)
}

/**
 * Copies eight bytes at a time, as doubles: no UTF-8 is a NaN, so their bits stay what they are. Up to seven bytes more
 * are written after a value, for which the target has room.
 *
 * @returns the bytes that were written
 */
function copyValues(column: ColumnInput, { bytes, view }: DocumentTable, target: Buffer, begin: number): number {
  const { starts, ends, firstValues, runs, count } = column
  const targetView = new DataView(target.buffer, target.byteOffset, target.byteLength)
  const lastShort = view.byteLength - COPY_SLACK
  let at = begin
  let value = 0
  for (let run = 0; run < runs; run++) {
    const start = starts[run]!
    const end = ends[run]!
    const isShort = end - start <= SHORT_BYTES && end <= lastShort
    for (const next = run + 1 < runs ? firstValues[run + 1]! : count; value < next; value++) {
      if (isShort) {
        const ahead = (at - start) | 0
        for (let from = start; from < end; from = (from + 8) | 0) {
          targetView.setFloat64((from + ahead) | 0, view.getFloat64(from, true), true)
        }
      } else {
        bytes.copy(target, at, start, end)
      }
      at = (at + end - start) | 0
      target[at] = 0x0a
      at = (at + 1) | 0
    }
  }
  return at - begin
}

const COPY_SLACK = 7
