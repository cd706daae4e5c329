import { promisify } from 'node:util'
import { gzip, type ZlibOptions } from 'node:zlib'
import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { CollectorEvents } from '../events.ts'
import { type BulkBody, documentAt, documentsOf, pick, type RepairStats } from './bulk-body.ts'
import { FILTER_PATH, type Outcome, readBulkResult } from './bulk-result.ts'
import type { DeadLetter, DeadLetterFile } from './dead-letter.ts'
import type { Answer, Elasticsearch } from './elasticsearch.ts'
import type { Stopping, TemplateKeeper } from './template-keeper.ts'

export interface BulkSenderOptions {
  readonly elasticsearch: Elasticsearch
  readonly deadLetters: DeadLetterFile
  readonly templates: TemplateKeeper
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly stats: IndexStats
  readonly compression: 'gzip' | 'none'
  readonly timeoutMs: number
  readonly backoff: BackoffOptions
}

/** Counters, read when scraped. */
export interface IndexStats extends RepairStats {
  /** Records taken from the queue. */
  taken: number
  indexed: number
  duplicates: number
  deadLettered: number
  requests: number
  bytes: number
}

const gzipAsync = promisify<Buffer, ZlibOptions, Buffer>(gzip)
/** Level 1 makes a bulk body six times smaller at four times the speed of level 6, which makes it seven times smaller. */
const GZIP_LEVEL = 1
const QUERY = { filter_path: FILTER_PATH, require_data_stream: 'true' } as const

/** Sends bulk bodies until each of their documents is indexed, known, or in the dead letter file. */
export class BulkSender {
  readonly #options: BulkSenderOptions

  constructor(options: BulkSenderOptions) {
    this.#options = options
  }

  /**
   * Settles every document of a body: what is turned away for the moment is sent again, alone, for ever.
   *
   * @returns false if stopping ended it before all were settled
   */
  async deliver(body: BulkBody, stopping: Stopping): Promise<boolean> {
    const backoff = new Backoff(this.#options.backoff)
    let open: BulkBody | undefined = body
    while (open !== undefined) {
      // The first attempt is made in any case: that is what draining means.
      if (backoff.attempt > 0 && stopping.draining.aborted) return false
      const answer = await this.#send(await this.#compress(open.bytes), stopping.giveUp)
      if (stopping.giveUp.aborted) return false
      const outcomes = answer.kind === 'ok' ? readBulkResult(answer.body, documentsOf(open)) : undefined
      if (outcomes !== undefined) {
        const left = await this.#settle(open, outcomes, stopping)
        if (left === 'stopped') return false
        open = left
        if (open !== undefined) await this.#options.clock.sleep(backoff.next(), stopping.draining)
      } else if (isTooMuch(answer, open, backoff.attempt)) {
        return this.#divide(open, answer, stopping)
      } else {
        await this.#wait(answer, backoff, stopping.draining)
      }
    }
    return true
  }

  /** Writes to the dead letter file, for as long as it takes; returns false if stopping ended it. */
  async bury(letters: readonly DeadLetter[], { draining }: Stopping): Promise<boolean> {
    const { deadLetters, clock, events, stats } = this.#options
    if (letters.length === 0) return true
    const backoff = new Backoff(this.#options.backoff)
    do {
      try {
        await deadLetters.write(letters)
        for (const { type, reason, content } of letters) {
          const count = Buffer.isBuffer(content) ? 1 : content.records
          stats.deadLettered += count
          events.documentsDeadLettered({ type: labelOf(type) }, { count, reason: reason.slice(0, 200) })
        }
        return true
      } catch (error) {
        events.deadLetterFailed({}, { err: messageOf(error) })
        await clock.sleep(backoff.next(), draining)
      }
    } while (!draining.aborted)
    return false
  }

  async #compress(bytes: Buffer): Promise<Buffer> {
    return this.#options.compression === 'gzip' ? gzipAsync(bytes, { level: GZIP_LEVEL }) : bytes
  }

  async #send(payload: Buffer, signal: AbortSignal): Promise<Answer> {
    const { elasticsearch, compression, timeoutMs, stats } = this.#options
    stats.requests += 1
    stats.bytes += payload.length
    return elasticsearch.request({
      method: 'POST',
      path: '/_bulk',
      querystring: QUERY,
      lines: payload,
      ...(compression === 'gzip' ? { headers: { 'content-encoding': 'gzip' } } : {}),
      signal,
      timeoutMs,
    })
  }

  /** Counts outcomes and buries what was refused; returns what has to be sent again. */
  async #settle(
    body: BulkBody,
    outcomes: readonly Outcome[],
    stopping: Stopping,
  ): Promise<BulkBody | 'stopped' | undefined> {
    const { stats, events, templates } = this.#options
    const again: number[] = []
    const letters: DeadLetter[] = []
    let isIndexMissing = false
    for (let index = 0; index < outcomes.length; index++) {
      const outcome = outcomes[index]!
      switch (outcome.kind) {
        case 'failure_store':
          events.documentsInFailureStore({})
          stats.indexed += 1
          break
        case 'indexed':
          stats.indexed += 1
          break
        case 'duplicate':
          stats.duplicates += 1
          break
        case 'retry':
          again.push(index)
          isIndexMissing ||= outcome.status === 404
          events.documentsRetried({ status: String(outcome.status) })
          break
        case 'refused': {
          const { status, type, reason } = outcome
          letters.push({ status, type, reason, content: documentAt(body, index) })
        }
      }
    }
    if (!(await this.bury(letters, stopping))) return 'stopped'
    // Someone deleted the template, or this is another cluster than before.
    if (isIndexMissing && !(await templates.put(stopping))) return 'stopped'
    return again.length === 0 ? undefined : pick(body, again)
  }

  /** A request that is refused as a whole: the fault is found by halving, and only what can't be halved is given up. */
  async #divide(body: BulkBody, answer: Answer, stopping: Stopping): Promise<boolean> {
    const documents = documentsOf(body)
    if (documents === 1) {
      const status = answer.kind === 'error' ? answer.status : 0
      const type = status === 413 ? 'request_entity_too_large' : 'bulk_request_refused'
      const reason = answer.kind === 'ok' ? '' : answer.message
      return this.bury([{ status, type, reason, content: documentAt(body, 0) }], stopping)
    }
    const middle = documents >> 1
    const all = Array.from({ length: documents }, (_, index) => index)
    return (
      (await this.deliver(pick(body, all.slice(0, middle)), stopping)) &&
      (await this.deliver(pick(body, all.slice(middle)), stopping))
    )
  }

  async #wait(answer: Answer, backoff: Backoff, draining: AbortSignal): Promise<void> {
    const { events, clock } = this.#options
    const attempt = backoff.attempt + 1
    if (answer.kind === 'unreachable') events.bulkFailed({ reason: answer.reason }, { err: answer.message, attempt })
    else if (answer.kind === 'error') {
      events.bulkFailed({ reason: `http_${answer.status}` }, { err: answer.message, attempt })
    } else events.bulkFailed({ reason: 'malformed_answer' }, { attempt })
    await clock.sleep(backoff.next(answer.kind === 'error' ? answer.retryAfterMs : 0), draining)
  }
}

/** Below this size nobody cuts a connection because a request is too large. */
const SMALL_BYTES = 1024 ** 2
const RESETS_BEFORE_HALVING = 3

/**
 * Whether halves may be taken where the whole is not. A 400 counts if Elasticsearch itself objects to the content: one
 * from a proxy, or about headers, would be the same for every document. Some servers answer a request that is too large
 * by cutting the connection.
 */
function isTooMuch(answer: Answer, body: BulkBody, attempt: number): boolean {
  if (answer.kind === 'ok') return false
  if (answer.kind === 'error') {
    if (answer.status === 413) return true
    return answer.status === 400 && answer.type !== '' && answer.type !== 'media_type_header_exception'
  }
  const isLarge = body.bytes.length > SMALL_BYTES && documentsOf(body) > 1
  return answer.reason === 'connection' && attempt >= RESETS_BEFORE_HALVING && isLarge
}

/** Label values come from a small set; an error type of another form would be a server's invention. */
function labelOf(type: string): string {
  return /^[a-z_]{1,64}$/.test(type) ? type : 'other'
}
