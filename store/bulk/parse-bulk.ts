import { isUtf8 } from 'node:buffer'
import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import { DocumentReader } from '../json/document-reader.ts'
import { DocumentTable } from '../json/document-table.ts'
import type { ShapeRegistry } from '../json/shape.ts'
import { type Action, ActionReader } from './action-reader.ts'

/** More values than this in one request are refused item by item: the places of all of them are kept in memory. */
const MAX_VALUES = 8_000_000

/** Statuses of items that have no error of their own in words. */
export const CREATED = 201
export const DUPLICATE = 409
/** The item is not decided yet. */
export const PENDING = 0

/** The items of a bulk request and what becomes of them. Those whose document could be read have a row in the table. */
export class BulkItems {
  readonly table = new DocumentTable()
  count = 0
  /** By item; items that follow each other mostly share theirs. */
  actions: Action[] = []
  /** By item: the row of its document, or -1. */
  rows = new Int32Array(1024)
  /** By item: where its id stands in the body, or -1 if it has none or it is in `idTexts`. */
  idStarts = new Int32Array(1024)
  idEnds = new Int32Array(1024)
  readonly idTexts = new Map<number, string>()
  /** By item: pending, created, a duplicate, or the status of its error. */
  statuses = new Int32Array(1024)
  readonly errors = new Map<number, ElasticsearchError>()

  /** Forgets all items and takes another body. */
  begin(body: Buffer): this {
    this.table.begin(body)
    this.count = 0
    this.actions = []
    this.idTexts.clear()
    this.errors.clear()
    return this
  }

  get memoryBytes(): number {
    return this.table.memoryBytes + this.rows.length * 16
  }

  fail(item: number, error: ElasticsearchError): void {
    this.statuses[item] = error.status
    this.errors.set(item, error)
  }

  /** The id that the request gives to an item. */
  idOf(item: number): string | undefined {
    const start = this.idStarts[item]!
    return start < 0 ? this.idTexts.get(item) : this.table.bytes.toString('utf8', start, this.idEnds[item])
  }

  add(reader: ActionReader): number {
    const item = this.count
    if (item === this.rows.length) {
      this.rows = doubled(this.rows)
      this.idStarts = doubled(this.idStarts)
      this.idEnds = doubled(this.idEnds)
      this.statuses = doubled(this.statuses)
    }
    this.actions.push(reader.action)
    this.rows[item] = -1
    this.statuses[item] = PENDING
    this.idStarts[item] = reader.idStart
    this.idEnds[item] = reader.idEnd
    if (reader.idText !== undefined) this.idTexts.set(item, reader.idText)
    this.count += 1
    return item
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2)
  copy.set(array)
  return copy
}

/**
 * Splits a bulk body into items and reads their documents.
 *
 * @param items takes them; what it had before is forgotten
 * @throws ElasticsearchError if the body is no bulk body; what is wrong with a single document is in the item's error
 */
export function parseBulk(body: Buffer, shapes: ShapeRegistry, items: BulkItems): void {
  if (body.length === 0) throw parseFailure('request body is required')
  if (body.at(-1) !== 0x0a) throw illegalArgument('The bulk request must be terminated by a newline [\\n]')
  items.begin(body)
  const documents = new DocumentReader(items.table, shapes)
  const actions = new ActionReader(body)
  const allUtf8 = isUtf8(body)
  let at = 0
  let line = 0
  while (at < body.length) {
    const actionStart = at
    line += 1
    const sameEnd = actions.readSame(actionStart)
    const actionEnd = sameEnd < 0 ? body.indexOf(0x0a, at) : sameEnd
    at = actionEnd + 1
    if (sameEnd < 0) {
      if (isBlank(body, actionStart, actionEnd)) continue
      if (!allUtf8 && !isUtf8(body.subarray(actionStart, actionEnd)))
        throw illegalArgument(`Malformed action/metadata line [${line}], it is not UTF-8`)
      actions.read(actionStart, withoutReturn(body, actionStart, actionEnd), line)
    }
    const item = items.add(actions)
    if (actions.action.operation === 'delete') continue
    if (at >= body.length)
      throw illegalArgument(`Malformed bulk request: the source line of the action in line [${line}] is missing`)
    const start = at
    const newline = body.indexOf(0x0a, at)
    at = newline + 1
    line += 1
    if (actions.action.operation === 'update') continue
    const end = withoutReturn(body, start, newline)
    if (items.table.leafFrom[items.table.rows]! > MAX_VALUES) {
      items.fail(
        item,
        new ElasticsearchError(
          429,
          'es_rejected_execution_exception',
          `the request has more than ${MAX_VALUES} values; send this item again in another one`,
        ),
      )
      continue
    }
    const problem =
      allUtf8 || isUtf8(body.subarray(start, end)) ? documents.read(start, end) : { at: 0, message: 'Invalid UTF-8' }
    if (problem === undefined) items.rows[item] = items.table.rows - 1
    else
      items.fail(
        item,
        parseFailure(`[1:${problem.at + 1}] failed to parse: ${problem.message}`, 'document_parsing_exception'),
      )
  }
  if (items.count === 0) {
    throw new ElasticsearchError(400, 'action_request_validation_exception', 'Validation Failed: 1: no requests added;')
  }
}

function isBlank(body: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (body[at] !== 0x20 && body[at] !== 0x0d && body[at] !== 0x09) return false
  return true
}

/** Where the line ends without the carriage return that some clients put before the newline. */
function withoutReturn(body: Buffer, start: number, end: number): number {
  return end > start && body[end - 1] === 0x0d ? end - 1 : end
}

function parseFailure(reason: string, type = 'parse_exception'): ElasticsearchError {
  return new ElasticsearchError(400, type, reason)
}
