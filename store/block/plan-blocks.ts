import type { DocumentTable } from '../json/document-table.ts'
import type { Shape } from '../json/shape.ts'
import { columnKey } from './columns.ts'

/** A block of so many rows is not merged any more. */
export const FULL_BLOCK_ROWS = 4096
const MAX_BLOCK_ROWS = 2 * FULL_BLOCK_ROWS
/** Large documents make a full block of fewer rows. */
export const FULL_BLOCK_BYTES = 4 * 1024 ** 2
const MAX_BLOCK_BYTES = 2 * FULL_BLOCK_BYTES
/** Documents with keys of their own, each a column, make blocks that are dear to read; so they become smaller ones. */
const MAX_BLOCK_COLUMNS = 2048
const MAX_BLOCK_SHAPES = 512

/**
 * Cuts rows into blocks of about equal size.
 *
 * @returns where each block ends in `rows`
 */
export function planBlocks(table: DocumentTable, rows: Int32Array, count: number): number[] {
  const blocks = Math.ceil(count / MAX_BLOCK_ROWS)
  const rowsPerBlock = Math.ceil(count / blocks)
  const ends: number[] = []
  let start = 0
  let bytes = 0
  let shapes = new Set<Shape>()
  let columns = new Set<string>()
  let lastShape: Shape | undefined
  for (let place = 0; place < count; place++) {
    const row = rows[place]!
    const rowBytes = table.ends[row]! - table.starts[row]!
    const shape = table.shapes[row]!
    if (shape !== lastShape && !shapes.has(shape)) {
      shapes.add(shape)
      for (const leaf of shape.leaves) columns.add(columnKey(leaf))
    }
    const tooMuch =
      bytes + rowBytes > MAX_BLOCK_BYTES || columns.size > MAX_BLOCK_COLUMNS || shapes.size > MAX_BLOCK_SHAPES
    if (place > start && (tooMuch || place - start === rowsPerBlock)) {
      ends.push(place)
      start = place
      bytes = 0
      shapes = new Set([shape])
      columns = new Set(shape.leaves.map(columnKey))
    }
    lastShape = shape
    bytes += rowBytes
  }
  ends.push(count)
  return ends
}
