import { CodedError } from '#lib/errors.ts'
import type { LogRecord } from '#lib/query/log-record.ts'
import { TIME_FIELD } from './fields.ts'
import { type Instant, parseInstant } from './instant.ts'
import { type Hit, timeOf, toRecord } from './record.ts'
import { type RecordFilter, searchQuery, type TimeRange } from './search-query.ts'
import type { Searcher, Total } from './searcher.ts'

export type Order = 'newest' | 'oldest'

/** Where a page ended: at a record, or, without an id, behind all records of that time. */
export interface Cursor {
  readonly time: Instant
  readonly id: string | undefined
}

export interface PageRequest {
  readonly filter: RecordFilter
  readonly order: Order
  readonly limit: number
  readonly after?: Cursor | undefined
  /** Only ids and times are wanted. */
  readonly idsOnly?: boolean
}

export interface Page {
  readonly records: readonly LogRecord[]
  /** Where the next page begins; undefined if there is none. A page may end before its limit if its lines are long. */
  readonly next: Cursor | undefined
  /** Of all pages; only known on the first. */
  readonly total: Total | undefined
  readonly warnings: readonly string[]
}

/** Documents asked for at once, so that an answer stays small however long its lines are. */
const CHUNK = 500
const MAX_PAGE_CHARACTERS = 16 * 1024 ** 2
/** Elasticsearch's own limit of one search. */
const MAX_SAME_TIME = 10_000

/**
 * Reads a page in the order of time, then id, exactly: nothing is missing or twice from page to page. Elasticsearch
 * can't sort by id, so it sorts by time, and a time that a page would cut in two is read whole, ids first.
 *
 * @throws CodedError as {@link Searcher.search}
 */
export async function readPage(searcher: Searcher, request: PageRequest, signal: AbortSignal): Promise<Page> {
  const reader = new PageReader(searcher, request, signal)
  return reader.read()
}

class PageReader {
  readonly #searcher: Searcher
  readonly #request: PageRequest
  readonly #signal: AbortSignal
  readonly #direction: 1 | -1
  readonly #records: LogRecord[] = []
  readonly #warnings = new Set<string>()
  #characters = 0
  #total: Total | undefined

  constructor(searcher: Searcher, request: PageRequest, signal: AbortSignal) {
    this.#searcher = searcher
    this.#request = request
    this.#signal = signal
    this.#direction = request.order === 'oldest' ? 1 : -1
  }

  async read(): Promise<Page> {
    const next = await this.#fill(this.#request.after)
    return { records: this.#records, next, total: this.#total, warnings: [...this.#warnings] }
  }

  get #room(): number {
    return this.#characters >= MAX_PAGE_CHARACTERS ? 0 : this.#request.limit - this.#records.length
  }

  async #fill(after: Cursor | undefined): Promise<Cursor | undefined> {
    let position = after
    if (position?.id !== undefined) {
      const rest = await this.#readSameTime(position.time, position.id)
      if (rest !== undefined) return rest
      position = { time: position.time, id: undefined }
    }
    while (this.#room > 0) {
      const size = Math.min(CHUNK, this.#room)
      // One more than fits tells whether the last time is complete.
      const found = await this.#search(size + 1, position === undefined ? {} : this.#beyond(position.time))
      if (found.length <= size) {
        this.#take(found)
        return undefined
      }
      const lastTime = found.at(-1)!.time
      this.#take(found.filter(({ time }) => time !== lastTime))
      if (found.at(-2)!.time === lastTime) {
        const rest = await this.#readSameTime(lastTime, undefined)
        if (rest !== undefined) return rest
        position = { time: lastTime, id: undefined }
      } else {
        position = { time: found.at(-2)!.time, id: undefined }
      }
    }
    return position
  }

  /** Reads the records of one time that come behind an id; returns a cursor if they did not all fit. */
  async #readSameTime(time: Instant, behind: string | undefined): Promise<Cursor | undefined> {
    const range = { gte: time, lte: time }
    const all = await this.#search(MAX_SAME_TIME, range, false)
    if (all.length === MAX_SAME_TIME) {
      this.#warnings.add(`more than ${MAX_SAME_TIME} lines have the time ${time}; the others are left out`)
    }
    const ids = all
      .map(({ hit }) => hit._id)
      .sort((a, b) => this.#direction * compare(a, b))
      .filter((id) => behind === undefined || this.#direction * compare(id, behind) > 0)
    for (let at = 0; at < ids.length; ) {
      const wanted = ids.slice(at, at + Math.min(CHUNK, this.#room))
      if (wanted.length === 0) return { time, id: at === 0 ? behind : ids[at - 1] }
      this.#take(await this.#search(wanted.length, range, true, wanted))
      at += wanted.length
    }
    return undefined
  }

  #beyond(time: Instant): TimeRange {
    return this.#direction === 1 ? { gt: time } : { lt: time }
  }

  async #search(
    size: number,
    range: TimeRange,
    withSource = true,
    ids?: readonly string[],
  ): Promise<readonly { readonly time: Instant; readonly hit: Hit }[]> {
    const query = searchQuery(this.#request.filter, range)
    const answer = await this.#searcher.search(
      {
        size,
        query: ids === undefined ? query : { bool: { filter: [query, { ids: { values: ids } }] } },
        sort: [{ [TIME_FIELD]: { order: this.#direction === 1 ? 'asc' : 'desc' } }],
        fields: [{ field: TIME_FIELD, format: 'strict_date_optional_time_nanos' }],
        _source: withSource && this.#request.idsOnly !== true,
      },
      this.#signal,
    )
    if (Object.keys(range).length === 0) this.#total ??= answer.total
    if (answer.warning !== undefined) this.#warnings.add(answer.warning)
    return answer.hits.map((hit) => {
      const time = timeOf(hit)
      if (time === undefined) throw new CodedError('SEARCH_REFUSED', [200, `a hit has no readable ${TIME_FIELD}`])
      return { time, hit }
    })
  }

  #take(found: readonly { readonly time: Instant; readonly hit: Hit }[]): void {
    const inOrder = [...found].sort(
      (a, b) => this.#direction * (compare(a.time, b.time) || compare(a.hit._id, b.hit._id)),
    )
    for (const { time, hit } of inOrder) {
      const record = toRecord(hit, time)
      this.#characters += record.text.length
      this.#records.push(record)
    }
  }
}

/** The order of records: by time, then id. Ids are ASCII and begin with the time. */
export function compareRecords(a: Pick<LogRecord, 'time' | 'id'>, b: Pick<LogRecord, 'time' | 'id'>): number {
  return compare(a.time, b.time) || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The text form of a cursor, to be handed back as it is. */
export function printCursor({ time, id }: Cursor): string {
  return Buffer.from(id === undefined ? time : `${time} ${id}`).toString('base64url')
}

export function parseCursor(text: string): Cursor | undefined {
  const [time = '', ...rest] = Buffer.from(text, 'base64url').toString().split(' ')
  if (parseInstant(time) !== time) return undefined
  return { time, id: rest.length === 0 ? undefined : rest.join(' ') }
}
