import { type BulkOutcome, shownId } from '../bulk/indexer.ts'
import { type BulkItems, CREATED, DUPLICATE } from '../bulk/parse-bulk.ts'
import type { Index } from '../index/indices.ts'
import { type FilterPath, filterAnswer, keepsPath } from './filter-path.ts'

/** The answer to a bulk request: one entry per item, in order. */
export function bulkAnswer(
  items: BulkItems,
  outcome: BulkOutcome,
  tookMs: number,
  filter: FilterPath | undefined,
): string {
  const entries: string[] = []
  const entryTemplates = new Map<string, EntryTemplate>()
  let template: EntryTemplate | undefined
  let lastOperation = ''
  let lastStatus = 0
  let lastIndex: Index | undefined
  for (let item = 0; item < items.count; item++) {
    const { operation } = items.actions[item]!
    const status = items.statuses[item]!
    const index = outcome.indices[item]
    if (index === undefined || (status !== CREATED && status !== DUPLICATE)) {
      const entry = filterEntry(JSON.stringify(errorEntry(items, outcome, item)), filter)
      if (entry !== '') entries.push(entry)
      continue
    }
    if (status !== lastStatus || operation !== lastOperation || index !== lastIndex || template === undefined) {
      lastStatus = status
      lastOperation = operation
      lastIndex = index
      const key = `${status} ${operation} ${index.name}`
      template = entryTemplates.get(key) ?? new EntryTemplate(operation, status, index, filter)
      entryTemplates.set(key, template)
    }
    if (template.isConstant) {
      // Most requests are a run of the same entry.
      let last = item
      while (last + 1 < items.count && isLike(items, outcome, last + 1, item)) last += 1
      if (template.text !== '') entries.push(`${template.text},`.repeat(last - item) + template.text)
      item = last
    } else {
      const sequence = outcome.firstSequence + item
      entries.push(template.fill(plainId(items, item, sequence), sequence))
    }
  }
  const keeps = (key: string) => filter === undefined || keepsPath(filter, [key])
  const fields: string[] = []
  if (keeps('took')) fields.push(`"took":${tookMs}`)
  if (keeps('errors')) fields.push(`"errors":${outcome.created < items.count}`)
  if (entries.length > 0) fields.push(`"items":[${entries.join(',')}]`)
  return `{${fields.join(',')}}`
}

function isLike({ statuses, actions }: BulkItems, { indices }: BulkOutcome, item: number, other: number): boolean {
  return (
    statuses[item] === statuses[other] &&
    indices[item] === indices[other] &&
    actions[item]!.operation === actions[other]!.operation
  )
}

/** Holes in an entry. No index has a name with such characters in it. */
const ID_HOLE = '<id>'
const SEQUENCE_HOLE = '<sequence>'
const HOLES = /(<id>|<sequence>)/

/** The entry of an item that was created or is a duplicate, with holes for its id and its sequence number. */
class EntryTemplate {
  readonly text: string
  readonly #pieces: readonly string[]

  constructor(operation: string, status: number, index: Index, filter: FilterPath | undefined) {
    const entry =
      status === CREATED
        ? {
            _index: index.shownName,
            _id: ID_HOLE,
            _version: 1,
            result: 'created',
            _seq_no: SEQUENCE_HOLE,
            _primary_term: 1,
            status,
          }
        : { _index: index.shownName, _id: ID_HOLE, status, error: conflict(ID_HOLE, index) }
    this.text = filterEntry(JSON.stringify({ [operation]: entry }), filter).replace(`"${SEQUENCE_HOLE}"`, SEQUENCE_HOLE)
    this.#pieces = this.text.split(HOLES)
  }

  get isConstant(): boolean {
    return this.#pieces.length === 1
  }

  fill(id: string, sequence: number): string {
    let text = this.#pieces[0]!
    for (let piece = 1; piece < this.#pieces.length; piece += 2) {
      text += (this.#pieces[piece] === ID_HOLE ? id : sequence) + this.#pieces[piece + 1]!
    }
    return text
  }
}

/** An id as it stands between quotes in JSON. */
function plainId(items: BulkItems, item: number, sequence: number): string {
  const start = items.idStarts[item]!
  if (start >= 0) return items.table.bytes.toString('latin1', start, items.idEnds[item])
  return JSON.stringify(shownId(items, item, sequence)).slice(1, -1)
}

function errorEntry(items: BulkItems, outcome: BulkOutcome, item: number): Record<string, unknown> {
  const action = items.actions[item]!
  return {
    [action.operation]: {
      _index: outcome.indices[item]?.shownName ?? action.index ?? outcome.requestIndex,
      _id: items.idOf(item) ?? null,
      status: items.statuses[item],
      error: items.errors.get(item)!.toCause(),
    },
  }
}

function conflict(id: string, index: Index): Record<string, unknown> {
  return {
    type: 'version_conflict_engine_exception',
    reason: `[${id}]: version conflict, document already exists (current version [1])`,
    index_uuid: index.uid.toString(36),
    shard: '0',
    index: index.shownName,
  }
}

/** An entry of `items` as the filter has it; empty if nothing is left. */
function filterEntry(entry: string, filter: FilterPath | undefined): string {
  if (filter === undefined) return entry
  const filtered = filterAnswer(`{"items":[${entry}]}`, filter)
  return filtered.startsWith('{"items":[') ? filtered.slice('{"items":['.length, -2) : ''
}
