import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import type { LogRecord, TailSkipped } from '#lib/query/log-record.ts'
import { TIME_FIELD } from '../fields.ts'
import { type Instant, instantOf, millisecondsOf } from '../instant.ts'
import type { TailRequest } from '../parameters.ts'
import { compareRecords, readPage } from '../read-page.ts'
import { searchQuery } from '../search-query.ts'
import type { Searcher } from '../searcher.ts'
import { BUCKET_MS, bucketOf, type Run, type Skip, TailWindow } from './window.ts'

/** Where a tail goes. Promises settle once there is room for more. */
export interface TailSink {
  /** The tail has begun; whoever goes on from `position` later misses nothing. */
  open(position: Instant): Promise<void>
  /** In the order of time and id; `position` is where an interrupted tail goes on. */
  records(records: readonly LogRecord[], position: Instant): Promise<void>
  skipped(skipped: TailSkipped): Promise<void>
  /** Elasticsearch does not answer; the tail goes on trying. */
  failing(error: CodedError): Promise<void>
  /** It answers again, and nothing was missed. */
  recovered(): Promise<void>
}

export interface TailerOptions {
  readonly searcher: Searcher
  readonly clock: Clock
  readonly request: TailRequest
  readonly signal: AbortSignal
  readonly limits?: Partial<TailLimits>
}

export interface TailLimits {
  readonly pollMs: number
  /** How far back each poll looks. */
  readonly nearMs: number
  /** How far back every {@link farEvery}-th poll looks: the latest that a record may become searchable and be shown. */
  readonly farMs: number
  readonly farEvery: number
  /** How far before its position a resumed tail begins; the client drops what it has. */
  readonly overlapMs: number
  /** Records that a poll may read. */
  readonly pollRecords: number
  /** Ids that are remembered. */
  readonly maxIds: number
}

const LIMITS: TailLimits = {
  pollMs: 1_000,
  nearMs: 30_000,
  farMs: 600_000,
  farEvery: 15,
  overlapMs: 30_000,
  pollRecords: 2_000,
  maxIds: 20_000,
}

interface TailedRecord extends LogRecord {
  readonly timeMs: number
}

/** Follows the index for one client, by polling: any Elasticsearch can be tailed, and no record is missed or doubled. */
export class Tailer {
  readonly #options: TailerOptions
  readonly #limits: TailLimits
  readonly #window: TailWindow
  #position: Instant = instantOf(0)

  constructor(options: TailerOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#window = new TailWindow(this.#limits.maxIds)
  }

  /**
   * Follows until the signal aborts.
   *
   * @throws CodedError if the very first look fails; later failures are told to the sink and tried again
   */
  async follow(sink: TailSink): Promise<void> {
    const { clock, signal } = this.#options
    const { pollMs, nearMs, farMs, farEvery } = this.#limits
    await this.#begin(sink)
    const backoff = new Backoff({ initialMs: pollMs, maxMs: 15 * pollMs })
    for (let poll = 1; ; poll++) {
      const failures = backoff.attempt
      await clock.sleep(failures === 0 ? pollMs : backoff.next(pollMs), signal)
      if (signal.aborted) return
      try {
        // After an outage everything since may be new.
        await this.#poll(sink, failures > 0 || poll % farEvery === 0 ? farMs : nearMs)
        backoff.reset()
        if (failures > 0) await sink.recovered()
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof CodedError)) throw error
        if (failures === 0) {
          backoff.next()
          await sink.failing(error)
        }
      }
    }
  }

  async #begin(sink: TailSink): Promise<void> {
    const { clock, request, searcher, signal } = this.#options
    const { farMs, overlapMs } = this.#limits
    const nowMs = clock.nowMs()
    const horizonMs = bucketOf(nowMs - farMs)
    const { filter, last, resumeFrom } = request
    if (resumeFrom !== undefined) {
      const from = instantOf(Math.max(horizonMs, millisecondsOf(resumeFrom) - overlapMs))
      this.#position = resumeFrom
      await this.#learn({ time: from, id: '' })
      await sink.open(resumeFrom)
      if (millisecondsOf(resumeFrom) < horizonMs) await this.#skipUntil(sink, resumeFrom, horizonMs)
      return this.#poll(sink, farMs)
    }
    this.#position = instantOf(nowMs)
    const page = last === 0 ? [] : (await readPage(searcher, { filter, order: 'newest', limit: last }, signal)).records
    this.#remember(page)
    await this.#learn(page.at(-1) ?? { time: this.#position, id: '' })
    await sink.open(this.#position)
    if (page.length > 0) await sink.records(page.toReversed(), this.#position)
  }

  /** Takes note of the records that are there already and come before the first one to show. */
  async #learn(first: Pick<LogRecord, 'time' | 'id'>): Promise<void> {
    const counts = await this.#count(this.#options.clock.nowMs() - this.#limits.farMs)
    const lastMs = bucketOf(millisecondsOf(first.time))
    const older = new Map([...counts].filter(([startMs]) => startMs <= lastMs))
    const { runs } = this.#window.plan(older, this.#limits.pollRecords)
    for (const run of runs) {
      const { records, isComplete } = await this.#read(run, true)
      const known = records.filter((record) => compareRecords(record, first) < 0)
      this.#window.accept(run, known, isComplete, older)
    }
  }

  #remember(records: readonly LogRecord[]): void {
    const known = records.map(({ id, time }) => ({ id, timeMs: millisecondsOf(time) }))
    this.#window.accept({ fromMs: 0, toMs: 0, limit: 0 }, known, true, new Map())
  }

  async #skipUntil(sink: TailSink, from: Instant, untilMs: number): Promise<void> {
    const { request, searcher, signal } = this.#options
    const until = instantOf(untilMs)
    const query = searchQuery(request.filter, { gt: from, lt: until })
    const { total } = await searcher.search({ size: 0, query }, signal)
    if (total.value > 0) await sink.skipped({ count: total.value, from, to: until })
  }

  async #poll(sink: TailSink, lookBackMs: number): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const { farMs, pollRecords } = this.#limits
    this.#window.forgetBefore(bucketOf(nowMs - farMs))
    const counts = await this.#count(nowMs - lookBackMs)
    const plan = this.#window.plan(counts, pollRecords)
    const fresh: TailedRecord[] = []
    const skips = [...plan.skips]
    for (const run of plan.runs) {
      const { records, isComplete } = await this.#read(run, false)
      const accepted = this.#window.accept(run, records, isComplete, counts)
      fresh.push(...accepted.fresh)
      skips.push(...accepted.skips)
    }
    if (skips.length > 0) await sink.skipped(sum(skips))
    if (fresh.length === 0) return
    const records = fresh.sort(compareRecords).map(({ timeMs: _, ...record }) => record)
    const newest = records.at(-1)!.time
    if (newest > this.#position) this.#position = newest
    await sink.records(records, this.#position)
  }

  async #count(fromMs: number): Promise<ReadonlyMap<number, number>> {
    const { request, searcher, signal, clock } = this.#options
    const { farMs } = this.#limits
    // Clocks of nodes may run ahead a little; what is dated beyond that is not tailed.
    const range = { gte: instantOf(bucketOf(fromMs)), lt: instantOf(bucketOf(clock.nowMs() + farMs)) }
    const { since: _, ...filter } = request.filter
    const query = searchQuery(filter, range)
    const aggs = {
      seconds: { date_histogram: { field: TIME_FIELD, fixed_interval: `${BUCKET_MS}ms`, min_doc_count: 1 } },
    }
    const answer = await searcher.search({ size: 0, query, aggs }, signal)
    const buckets = answer.aggregations.seconds?.buckets ?? []
    return new Map(buckets.map(({ key, doc_count: count }) => [Number(key), count]))
  }

  async #read(run: Run, idsOnly: boolean): Promise<{ records: readonly TailedRecord[]; isComplete: boolean }> {
    const { request, searcher, signal } = this.#options
    const filter = { ...request.filter, since: instantOf(run.fromMs), until: instantOf(run.toMs) }
    const page = await readPage(searcher, { filter, order: 'newest', limit: run.limit, idsOnly }, signal)
    const records = page.records.map((record) => ({ ...record, timeMs: millisecondsOf(record.time) }))
    return { records, isComplete: page.next === undefined }
  }
}

function sum(skips: readonly Skip[]): TailSkipped {
  return {
    count: skips.reduce((total, { count }) => total + count, 0),
    from: instantOf(Math.min(...skips.map(({ fromMs }) => fromMs))),
    to: instantOf(Math.max(...skips.map(({ toMs }) => toMs))),
  }
}
