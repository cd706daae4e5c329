import { isUtf8 } from 'node:buffer'
import { JsonScanner } from '../json/scanner.ts'
import { type Action, type ActionDefaults, type Operation, readAction } from './action.ts'
import { ApiError, illegalArgument } from './api-error.ts'
import { isDataStreamName } from './index-name.ts'
import { MadeIds } from './made-ids.ts'
import { NormalizedLines } from './normalized-lines.ts'

export interface BulkLimits {
  readonly maxItems: number
  readonly maxDocumentBytes: number
  readonly maxDocumentValues: number
}

export interface BulkRequestOptions {
  readonly defaults: ActionDefaults
  readonly limits: BulkLimits
  readonly nowMs: number
}

/** What becomes of one item, once the queue has it. */
export interface BulkItem {
  readonly operation: Operation
  readonly index: string
  readonly id: string | undefined
  readonly problem: ApiError | undefined
}

export interface ReadBulk {
  readonly items: readonly BulkItem[]
  /** Those that are taken, as an action line and a document line each. */
  readonly lines: Buffer
  readonly documents: number
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
/** Elasticsearch's own limit for the depth of mapped fields is 20; that of the embedded store is this. */
const MAX_DEPTH = 64
const TIMESTAMP = Buffer.from('@timestamp')

/**
 * Reads the body of a bulk request (Elasticsearch, `_bulk`) into lines that can be sent on however often: each document
 * has an id, and a time where it needs one.
 *
 * @throws ApiError if the body is no bulk body; what is wrong with a single item is in the item
 */
export function readBulk(body: Buffer, { defaults, limits, nowMs }: BulkRequestOptions): ReadBulk {
  if (body.length === 0) throw new ApiError(400, 'parse_exception', 'request body is required')
  if (body.at(-1) !== NEWLINE) throw illegalArgument('The bulk request must be terminated by a newline [\\n]')
  const reader = new DocumentReader(body, limits)
  const items: BulkItem[] = []
  const lines = new NormalizedLines(body.length)
  const ids = new MadeIds(nowMs)
  const now = new Date(nowMs).toISOString()
  let action: Action | undefined
  let actionStart = 0
  let actionEnd = 0
  let line = 0
  for (let at = 0; at < body.length; ) {
    const start = at
    const end = body.indexOf(NEWLINE, at)
    at = end + 1
    line += 1
    if (isBlank(body, start, end)) continue
    if (items.length === limits.maxItems)
      throw new ApiError(413, 'content_too_large_exception', `the request has more than ${limits.maxItems} items`)
    // Many shippers send the same line for each document.
    const isSame = action !== undefined && body.compare(body, start, end, actionStart, actionEnd) === 0
    if (!isSame) action = readAction(body.toString('utf8', start, end), line, defaults)
    actionStart = start
    actionEnd = end
    const { operation, index, problem } = action!
    if (operation === 'delete') {
      items.push({ operation, index, id: action!.id, problem })
      continue
    }
    if (at >= body.length) {
      throw illegalArgument(`Malformed bulk request: the source line of the action in line [${line}] is missing`)
    }
    const documentStart = at
    const newline = body.indexOf(NEWLINE, at)
    at = newline + 1
    line += 1
    const documentEnd = body[newline - 1] === RETURN && newline > documentStart ? newline - 1 : newline
    const fault = problem ?? reader.read(documentStart, documentEnd)
    const id = action!.id ?? (fault === undefined ? ids.at(items.length) : undefined)
    items.push({ operation, index, id, problem: fault })
    if (fault !== undefined) continue
    const isTimeMissing = !reader.hasTimestamp && (action!.requireDataStream === true || isDataStreamName(index))
    lines.add(
      { ...action!, id: id!, isIdMade: action!.id === undefined },
      body,
      reader.open,
      documentEnd,
      isTimeMissing ? now : undefined,
    )
  }
  if (items.length === 0) {
    throw new ApiError(400, 'action_request_validation_exception', 'Validation Failed: 1: no requests added;')
  }
  return { items, lines: lines.take(), documents: lines.documents }
}

function isBlank(body: Buffer, start: number, end: number): boolean {
  return start === end || (end === start + 1 && body[start] === RETURN)
}

/** Checks documents: each is one JSON object, in UTF-8 and within the limits. */
class DocumentReader {
  /** Of the document that was read: where its brace is, and whether it has a time. */
  open = 0
  hasTimestamp = false
  readonly #body: Buffer
  readonly #isUtf8: boolean
  readonly #limits: BulkLimits
  readonly #scanner: JsonScanner

  constructor(body: Buffer, limits: BulkLimits) {
    this.#body = body
    this.#limits = limits
    this.#isUtf8 = isUtf8(body)
    this.#scanner = new JsonScanner({ maxDepth: MAX_DEPTH, maxValues: limits.maxDocumentValues })
  }

  read(start: number, end: number): ApiError | undefined {
    const { maxDocumentBytes } = this.#limits
    if (end - start > maxDocumentBytes) {
      return new ApiError(
        413,
        'content_too_large_exception',
        `the document has ${end - start} bytes; the limit is ${maxDocumentBytes}`,
      )
    }
    if (!this.#isUtf8 && !isUtf8(this.#body.subarray(start, end))) return malformed(0, 'Invalid UTF-8')
    this.#scanner.reset(this.#body, start, end)
    if (this.#scan()) return undefined
    return malformed(this.#scanner.at - start, this.#scanner.problem ?? 'it is not JSON')
  }

  #scan(): boolean {
    const scanner = this.#scanner
    this.hasTimestamp = false
    if (scanner.peek() !== OPEN_BRACE) return scanner.fail('expected an object')
    this.open = scanner.at
    scanner.at += 1
    if (scanner.peek() === CLOSE_BRACE) {
      scanner.at += 1
      return scanner.atEnd()
    }
    for (;;) {
      if (!scanner.string()) return false
      this.hasTimestamp ||= scanner.stringIs(TIMESTAMP)
      if (!scanner.expect(0x3a) || !scanner.skipValue(1)) return false
      const next = scanner.another(CLOSE_BRACE)
      if (next === undefined) return false
      if (!next) return scanner.atEnd()
    }
  }
}

function malformed(at: number, why: string): ApiError {
  return new ApiError(400, 'document_parsing_exception', `[1:${at + 1}] failed to parse: ${why}`)
}
