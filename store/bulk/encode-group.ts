import type { BlockEncoder, BlockInput } from '../block/encode.ts'
import { ID_KIND, type IdTable } from '../block/id-table.ts'
import { planBlocks } from '../block/plan-blocks.ts'
import type { FileRange, NewBlock } from '../disk/day-change.ts'
import type { DocumentTable } from '../json/document-table.ts'
import { textIdNs } from './duplicates.ts'
import type { DocumentGroup } from './group.ts'

/** Turns the documents of a group into blocks. */
export function encodeGroup(
  encoder: BlockEncoder,
  table: DocumentTable,
  ids: IdTable,
  group: DocumentGroup,
  sequences: Float64Array,
): NewBlock[] {
  const blocks: NewBlock[] = []
  let start = 0
  for (const end of planBlocks(table, group.rows, group.count)) {
    const input: BlockInput = {
      table,
      ids,
      rows: group.rows.subarray(start, end),
      count: end - start,
      ns: group.ns.subarray(start, end),
      digits: group.digits.subarray(start, end),
      sequences: sequences.subarray(start, end),
    }
    const textIds: { ns: number; id: string }[] = []
    for (let place = start; place < end && ids.texts.size > 0; place++) {
      const id = ids.texts.get(group.rows[place]!)
      if (id !== undefined) textIds.push({ ns: textIdNs(group, place), id })
    }
    blocks.push({ block: encoder.encode(input), fileRanges: fileRangesOf(input), textIds })
    start = end
  }
  return blocks
}

/** From which to which offset a block holds records of each log file. */
export function fileRangesOf({ ids, rows, count }: Pick<BlockInput, 'ids' | 'rows' | 'count'>): FileRange[] {
  const ranges = new Map<number, { fileKey: string; firstOffset: number; lastOffset: number }>()
  let lastFile = -1
  let range: { fileKey: string; firstOffset: number; lastOffset: number } | undefined
  for (let place = 0; place < count; place++) {
    const row = rows[place]!
    if (ids.kinds[row] !== ID_KIND.uid) continue
    const file = ids.files[row]!
    const offset = ids.offsets[row]!
    if (file !== lastFile || range === undefined) {
      lastFile = file
      range = ranges.get(file)
      if (range === undefined) {
        range = { fileKey: ids.fileKeys[file]!, firstOffset: offset, lastOffset: offset }
        ranges.set(file, range)
      }
    }
    if (offset < range.firstOffset) range.firstOffset = offset
    if (offset > range.lastOffset) range.lastOffset = offset
  }
  return [...ranges.values()]
}
