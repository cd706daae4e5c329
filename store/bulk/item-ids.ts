import type { IdTable } from '../block/id-table.ts'
import { type ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import type { Index } from '../index/indices.ts'
import { type BulkItems, DUPLICATE } from './parse-bulk.ts'

/** Elasticsearch's limit, in bytes. */
const MAX_ID_BYTES = 512

/** What is wrong with an item besides its document. */
export function itemProblem(items: BulkItems, item: number, { kind, name }: Index): ElasticsearchError | undefined {
  if (kind === 'data_stream' && items.actions[item]!.operation === 'index') {
    return illegalArgument(`only write ops with an op_type of create are allowed in data streams [${name}]`)
  }
  const start = items.idStarts[item]!
  const bytes = start < 0 ? Buffer.byteLength(items.idTexts.get(item) ?? ' ') : items.idEnds[item]! - start
  if (bytes === 0) return illegalArgument('if _id is specified it must not be empty')
  if (bytes > MAX_ID_BYTES) {
    return illegalArgument(`id is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${bytes}`)
  }
  return undefined
}

export function takeId(
  items: BulkItems,
  item: number,
  row: number,
  index: Index,
  ids: IdTable,
  day: number,
  ns: number,
): void {
  const start = items.idStarts[item]!
  if (start < 0) {
    const text = items.idTexts.get(item)
    if (text === undefined) ids.setGenerated(row)
    else ids.setText(row, text)
  } else if (index.kind === 'data_stream') {
    ids.setBytes(row, items.table.bytes, start, items.idEnds[item]!, day, ns)
  } else {
    ids.setText(row, items.table.bytes.toString('utf8', start, items.idEnds[item]))
  }
}

/** The index has a document of this `_id`, or an earlier item of the request does. */
export function markDuplicate(items: BulkItems, item: number): void {
  if (items.actions[item]!.operation === 'create') {
    items.statuses[item] = DUPLICATE
    return
  }
  items.fail(
    item,
    illegalArgument(
      `document [${items.idOf(item)}] already exists and this store does not replace documents; create one with another _id`,
    ),
  )
}
