import { CodedError } from '#lib/errors.ts'
import type { Elasticsearch } from '../index/elasticsearch.ts'
import type { QueryEvents } from './events.ts'
import type { Hit } from './record.ts'

export interface SearcherOptions {
  readonly elasticsearch: Elasticsearch
  /** Data streams, indices or patterns that are searched, with commas between them. */
  readonly index: string
  readonly events: QueryEvents
  /** Searches under way at once; 48 unless told. */
  readonly maxConcurrent?: number
  readonly timeoutMs?: number
}

export interface SearchAnswer {
  readonly hits: readonly Hit[]
  readonly total: Total
  readonly aggregations: Readonly<Record<string, { readonly buckets?: readonly Bucket[] } | undefined>>
  /** Why the answer is not all there is, if it isn't. */
  readonly warning: string | undefined
}

export interface Total {
  readonly value: number
  /** `gte`: there are more than were counted. */
  readonly relation: 'eq' | 'gte'
}

interface Bucket {
  readonly key: string | number
  readonly doc_count: number
}

const NOTHING: SearchAnswer = { hits: [], total: { value: 0, relation: 'eq' }, aggregations: {}, warning: undefined }

/** Asks Elasticsearch; every failure becomes a coded error that says what a person can do. */
export class Searcher {
  readonly #options: SearcherOptions
  readonly #maxConcurrent: number
  readonly #timeoutMs: number
  #underWay = 0

  constructor(options: SearcherOptions) {
    this.#options = options
    this.#maxConcurrent = options.maxConcurrent ?? 48
    this.#timeoutMs = options.timeoutMs ?? 20_000
  }

  /**
   * Runs one search. An index that does not exist yet has no documents.
   *
   * @throws CodedError SEARCH_UNAVAILABLE, SEARCH_REFUSED or SEARCH_LIMIT
   */
  async search(body: object, signal: AbortSignal): Promise<SearchAnswer> {
    const { elasticsearch, index, events } = this.#options
    if (this.#underWay >= this.#maxConcurrent) {
      throw new CodedError('SEARCH_LIMIT', [this.#maxConcurrent, 'searches'], { retryable: true })
    }
    this.#underWay += 1
    const path = `/${encodeURIComponent(index)}/_search`
    // Of several, those count that are there.
    const several = index.includes(',') ? { querystring: { ignore_unavailable: 'true' } } : {}
    const about = { method: 'POST', path, body, signal, timeoutMs: this.#timeoutMs } as const
    const answer = await elasticsearch.request({ ...about, ...several })
    this.#underWay -= 1
    if (answer.kind === 'ok') return readAnswer(answer.body)
    if (signal.aborted) throw new CodedError('SEARCH_UNAVAILABLE', ['the client went away'])
    if (answer.kind === 'unreachable') {
      events.searchFailed({ reason: 'unreachable' }, { detail: answer.message })
      throw new CodedError('SEARCH_UNAVAILABLE', [answer.message], { retryable: true })
    }
    if (answer.status === 404 && /index_not_found/.test(answer.message)) return NOTHING
    const isOverload = answer.status === 429 || answer.status >= 500
    events.searchFailed(
      { reason: isOverload ? 'overload' : 'refused' },
      { status: answer.status, detail: answer.message },
    )
    if (!isOverload) throw new CodedError('SEARCH_REFUSED', [answer.status, answer.message])
    throw new CodedError('SEARCH_UNAVAILABLE', [`status ${answer.status}: ${answer.message}`], { retryable: true })
  }
}

interface RawAnswer {
  readonly timed_out?: boolean
  readonly _shards?: { readonly failed?: number; readonly total?: number }
  readonly hits?: { readonly hits?: readonly Hit[]; readonly total?: Total | number }
  readonly aggregations?: SearchAnswer['aggregations']
}

function readAnswer(body: unknown): SearchAnswer {
  const { timed_out: timedOut, _shards: shards, hits, aggregations } = (body ?? {}) as RawAnswer
  if (hits === undefined) throw new CodedError('SEARCH_REFUSED', [200, 'the answer has no hits'])
  const { total = 0 } = hits
  const failed = shards?.failed ?? 0
  const warning = timedOut
    ? 'the search took too long and was cut short; shorten the time range'
    : failed > 0
      ? `${failed} of ${shards?.total ?? failed} shards did not answer; lines may be missing`
      : undefined
  return {
    hits: hits.hits ?? [],
    total: typeof total === 'number' ? { value: total, relation: 'eq' } : total,
    aggregations: aggregations ?? {},
    warning,
  }
}
