import { CodedError } from '#lib/errors.ts'
import { isNamedField, NAMED_FIELDS, type NamedField } from './fields.ts'
import { type Instant, parseInstant, parsePast } from './instant.ts'
import { type Cursor, type Order, type PageRequest, parseCursor } from './read-page.ts'
import type { RecordFilter } from './search-query.ts'
import { parseTextQuery } from './text-query.ts'

const FILTER = ['q', ...NAMED_FIELDS, 'since', 'until'] as const
const MAX_VALUES = 100
const MAX_PAGE = 1_000
const MAX_LISTED = 1_000
const MAX_LAST = 1_000

/** Parameters of `GET /api/v1/logs`. @throws CodedError PARAMETER_INVALID or QUERY_INVALID */
export function parsePageRequest(query: URLSearchParams, nowMs: number): PageRequest {
  const given = new Parameters(query, [...FILTER, 'limit', 'order', 'cursor'])
  return {
    filter: given.filter(nowMs),
    order: given.choice('order', ['newest', 'oldest'] satisfies Order[], 'newest'),
    limit: given.integer('limit', 200, 1, MAX_PAGE),
    after: given.cursor(),
  }
}

export interface ValuesRequest {
  readonly filter: RecordFilter
  readonly field: NamedField
  readonly limit: number
}

/** Parameters of `GET /api/v1/logs/values`. @throws CodedError PARAMETER_INVALID or QUERY_INVALID */
export function parseValuesRequest(query: URLSearchParams, nowMs: number): ValuesRequest {
  const given = new Parameters(query, [...FILTER, 'field', 'limit'])
  const field = given.one('field') ?? ''
  if (!isNamedField(field)) throw invalid('field', `must be one of ${NAMED_FIELDS.join(', ')}`)
  return { filter: given.filter(nowMs), field, limit: given.integer('limit', 100, 1, MAX_LISTED) }
}

export interface TailRequest {
  readonly filter: RecordFilter
  /** How many lines that exist already come first. */
  readonly last: number
  /** Where an interrupted tail goes on; then `last` has no meaning. */
  readonly resumeFrom: Instant | undefined
}

/** Parameters of `GET /api/v1/logs/tail`. @throws CodedError PARAMETER_INVALID or QUERY_INVALID */
export function parseTailRequest(query: URLSearchParams, lastEventId: string | undefined, nowMs: number): TailRequest {
  const given = new Parameters(query, ['q', ...NAMED_FIELDS, 'since', 'last', 'last_event_id'])
  const id = lastEventId ?? given.one('last_event_id')
  const resumeFrom = id === undefined ? undefined : parseInstant(id)
  if (id !== undefined && resumeFrom === undefined) {
    throw invalid(
      'last_event_id',
      'must be the id of an event of this stream, a time as 2026-11-21T10:46:00.123456789Z',
    )
  }
  return { filter: given.filter(nowMs), last: given.integer('last', 0, 0, MAX_LAST), resumeFrom }
}

function invalid(name: string, problem: string): CodedError {
  return new CodedError('PARAMETER_INVALID', [name, problem])
}

class Parameters {
  readonly #query: URLSearchParams

  constructor(query: URLSearchParams, known: readonly string[]) {
    this.#query = query
    for (const name of query.keys()) {
      if (!known.includes(name)) throw invalid(name, `is not known here; there are ${known.join(', ')}`)
    }
  }

  filter(nowMs: number): RecordFilter {
    const since = this.#past('since', nowMs)
    const until = this.#past('until', nowMs)
    if (since !== undefined && until !== undefined && since >= until) {
      throw invalid('until', `is ${until}, which is not after since, ${since}`)
    }
    const names: Partial<Record<NamedField, readonly string[]>> = {}
    for (const name of NAMED_FIELDS) {
      const values = this.#names(name)
      if (values.length > 0) names[name] = values
    }
    return { text: parseTextQuery(this.one('q') ?? ''), names, since, until }
  }

  /** The value of a parameter that may be given once; an empty one counts as not given. */
  one(name: string): string | undefined {
    const values = this.#query.getAll(name).filter((value) => value !== '')
    if (values.length > 1) throw invalid(name, 'is given more than once')
    return values[0]
  }

  choice<const T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const value = this.one(name) ?? otherwise
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) throw invalid(name, `must be one of ${choices.join(', ')}`)
    return chosen
  }

  integer(name: string, otherwise: number, least: number, most: number): number {
    const text = this.one(name)
    if (text === undefined) return otherwise
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw invalid(name, `must be a whole number from ${least} to ${most}`)
    return value
  }

  cursor(): Cursor | undefined {
    const text = this.one('cursor')
    if (text === undefined) return undefined
    const cursor = parseCursor(text)
    if (cursor === undefined) throw invalid('cursor', 'must be the next_cursor of an answer, unchanged')
    return cursor
  }

  #past(name: string, nowMs: number): Instant | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const instant = parsePast(text, nowMs)
    if (instant !== undefined) return instant
    throw invalid(
      name,
      'must be a duration before now such as 15m, or a time with its zone such as 2026-11-21T10:46:00Z',
    )
  }

  #names(name: NamedField): readonly string[] {
    const values = this.#query.getAll(name).filter((value) => value !== '')
    if (values.length > MAX_VALUES)
      throw invalid(name, `is given ${values.length} times; at most ${MAX_VALUES} are taken`)
    for (const value of values) {
      if (!/^[\w.*?-]{1,253}$/.test(value)) {
        throw invalid(name, 'must be a name of letters, digits, dots and dashes, with * and ? for other characters')
      }
    }
    return values
  }
}
