import type { Clock } from '#lib/clock.ts'
import type { BlockCache } from '../disk/block-cache.ts'
import type { DayFiles } from '../disk/day-files.ts'
import type { StoreEvents } from '../events.ts'
import type { Index, Indices } from '../index/indices.ts'
import { printExact } from '../json/exact.ts'
import type { StoreCounters } from '../metrics.ts'
import { BucketLimit } from './aggs/aggregator.ts'
import { RowAggregations } from './aggs/row-aggregations.ts'
import { compileQuery, type Target } from './evaluate/compile.ts'
import { HitPrinter, isScored, sortValues } from './fetch/hits.ts'
import type { PointInTime } from './point-in-time.ts'
import { allOf, type Query } from './query/query.ts'
import type { SearchRequest } from './request/search-request.ts'
import { SliceTimer } from './run-slice.ts'
import { Scan, type ScanOptions, type ScanTarget } from './scan.ts'
import { HitOrder } from './sort/hit-order.ts'
import { SortKeys } from './sort/sort-keys.ts'
import { parseSortValue } from './sort/sort-value.ts'
import { TopHits } from './sort/top-hits.ts'

export interface SearchEngineOptions {
  readonly files: DayFiles
  readonly blocks: BlockCache
  readonly indices: Indices
  readonly counters: StoreCounters
  readonly events: StoreEvents
  readonly clock: Clock
  /** The sequence number that the next document gets. */
  readonly nextSequence: () => number
  /** Longest search, in milliseconds. */
  readonly maxDurationMs: number
  /** Most buckets of all aggregations of a search. */
  readonly maxBuckets: number
}

/** An answer, and where the next page begins. */
export interface SearchPage {
  readonly text: string
  /** Hits that were counted. */
  readonly total: number
  /** Keys of the last hit, if there is one. */
  readonly lastKeys: readonly unknown[] | undefined
}

/** Answers searches over the blocks of day files. */
export class SearchEngine {
  readonly #options: SearchEngineOptions

  constructor(options: SearchEngineOptions) {
    this.#options = options
  }

  /** A point in time: what is there now. */
  now(indices: readonly Index[]): PointInTime {
    return { indices, endSequence: this.#options.nextSequence() }
  }

  /**
   * Runs a search and prints its answer.
   *
   * @param signal aborts when nobody waits for the answer any more
   * @throws ElasticsearchError for what the request asks wrongly
   */
  async search(request: SearchRequest, indices: readonly Index[], signal: AbortSignal): Promise<string> {
    return (await this.searchPage(request, { indices, endSequence: Number.POSITIVE_INFINITY }, signal)).text
  }

  /** As {@link search}, at a point in time, and with the keys after which the next page begins. */
  async searchPage(
    request: SearchRequest,
    { indices, endSequence }: PointInTime,
    signal: AbortSignal,
  ): Promise<SearchPage> {
    const startedAt = performance.now()
    const targets = this.#targetsOf(request, indices, endSequence)
    const order = new HitOrder(request.sort, searchAfterKeys(request, targets))
    const top = new TopHits(order, request.size === 0 ? 0 : request.from + request.size)
    const timer = this.#timer(signal, request.timeoutMs)
    const aggregations = this.#aggregationsOf(request, targets)
    const scan = new Scan({
      ...this.#scanOptions(timer),
      targets,
      top,
      descending: order.descending,
      countUpTo: request.trackTotalHits ?? -1,
      stopAfter: request.terminateAfter === 0 ? Number.POSITIVE_INFINITY : request.terminateAfter,
      aggregations,
    })
    try {
      await scan.run()
      const { blocks } = this.#options
      const nowMs = this.#options.clock.nowMs()
      const found = top.take(request.from)
      const hits = await new HitPrinter({ request, blocks, scan, timer, nowMs }).print(found)
      if (scan.timedOut) this.#options.counters.searchesTimedOut += 1
      const tookMs = Math.round(performance.now() - startedAt)
      const text = printAnswer({ request, scan, indices, hits, aggregations: aggregations?.result(), tookMs })
      const last = found.at(-1)
      return { text, total: scan.total, lastKeys: last === undefined ? undefined : sortValues(request, last) }
    } finally {
      scan.release()
    }
  }

  /** Counts the documents that a query matches, and prints the answer. */
  async count(query: Query, terminateAfter: number, indices: readonly Index[], signal: AbortSignal): Promise<string> {
    const targets = this.#compile(query, indices).map((target) => ({ ...target, keys: new SortKeys([], target) }))
    const scan = new Scan({
      ...this.#scanOptions(this.#timer(signal, undefined)),
      targets,
      top: new TopHits(new HitOrder([], undefined), 0),
      descending: false,
      countUpTo: Number.POSITIVE_INFINITY,
      stopAfter: terminateAfter === 0 ? Number.POSITIVE_INFINITY : terminateAfter,
      aggregations: undefined,
    })
    try {
      await scan.run()
      return `{"count":${scan.total},"_shards":${printExact(shards(scan, indices))}}`
    } finally {
      scan.release()
    }
  }

  #aggregationsOf({ aggregations }: SearchRequest, targets: readonly ScanTarget[]): RowAggregations | undefined {
    // No index has no aggregations, not empty ones.
    if (targets.length === 0) return undefined
    if (aggregations.nodes.size + aggregations.pipelines.length === 0) return undefined
    const { clock, maxBuckets } = this.#options
    return new RowAggregations(aggregations, { targets, nowMs: clock.nowMs(), limit: new BucketLimit(maxBuckets) })
  }

  #timer(signal: AbortSignal, timeoutMs: number | undefined): SliceTimer {
    const { clock, maxDurationMs } = this.#options
    const durationMs = Math.min(timeoutMs ?? maxDurationMs, maxDurationMs)
    return new SliceTimer({ clock, signal, deadlineMs: clock.monotonicMs() + durationMs })
  }

  #scanOptions(timer: SliceTimer): Pick<ScanOptions, 'files' | 'blocks' | 'counters' | 'events' | 'timer'> {
    const { files, blocks, counters, events } = this.#options
    return { files, blocks, counters, events, timer }
  }

  #compile(query: Query, indices: readonly Index[]): (Target & { query: ScanTarget['query'] })[] {
    const nowMs = this.#options.clock.nowMs()
    return indices.map((index) => {
      const target: Target = { index, plan: this.#options.indices.planOf(index) }
      return { ...target, query: compileQuery(query, target, { nowMs }) }
    })
  }

  #targetsOf(request: SearchRequest, indices: readonly Index[], endSequence: number): ScanTarget[] {
    const isOpen = endSequence === Number.POSITIVE_INFINITY
    const query = isOpen ? request.query : allOf([request.query, { kind: 'before', sequence: endSequence }])
    return this.#compile(query, indices).map((target) => ({
      ...target,
      keys: new SortKeys(request.sort, target),
    }))
  }
}

function searchAfterKeys({ searchAfter, sort }: SearchRequest, targets: readonly ScanTarget[]) {
  return searchAfter?.map((value, key) => {
    const spec = sort[key]
    if (spec === undefined) return undefined
    const type = targets.map(({ keys }) => keys.types[key]).find((known) => known !== undefined)
    return parseSortValue(value, spec, type)
  })
}

interface AnswerParts {
  readonly request: SearchRequest
  readonly scan: Scan
  readonly indices: readonly Index[]
  /** JSON. */
  readonly hits: string
  readonly aggregations: Record<string, unknown> | undefined
  readonly tookMs: number
}

function printAnswer({ request, scan, indices, hits, aggregations, tookMs }: AnswerParts): string {
  const parts = [`"took":${tookMs}`, `"timed_out":${scan.timedOut}`]
  if (request.terminateAfter > 0) parts.push(`"terminated_early":${scan.terminatedEarly}`)
  parts.push(`"_shards":${printExact(shards(scan, indices))}`)
  const total = printTotal(request, scan)
  const maxScore = isScored(request) && hits !== '[]' ? '1.0' : 'null'
  parts.push(`"hits":{${total}"max_score":${maxScore},"hits":${hits}}`)
  if (aggregations !== undefined) parts.push(`"aggregations":${printExact(aggregations)}`)
  return `{${parts.join(',')}}`
}

function printTotal({ trackTotalHits }: SearchRequest, { total }: Scan): string {
  if (trackTotalHits === undefined) return ''
  const isExact = total <= trackTotalHits
  return `"total":{"value":${isExact ? total : trackTotalHits},"relation":"${isExact ? 'eq' : 'gte'}"},`
}

/** Each index is a shard; one with a damaged block has failed in part. */
function shards({ failures }: Scan, indices: readonly Index[]): Record<string, unknown> {
  const failed = new Set(failures.map(({ index }) => index)).size
  const counts = { total: indices.length, successful: indices.length - failed, skipped: 0, failed }
  if (failed === 0) return counts
  return {
    ...counts,
    failures: failures.slice(0, MAX_SHOWN_FAILURES).map(({ index, reason }) => ({
      shard: 0,
      index,
      node: null,
      reason: { type: 'corrupt_index_exception', reason },
    })),
  }
}

const MAX_SHOWN_FAILURES = 10
