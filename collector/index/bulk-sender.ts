import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { Burial } from '../dead-letter/burial.ts'
import type { DeadLetter, LetterContent } from '../dead-letter/letter.ts'
import { type BulkBody, documentAt, documentsOf, indexAt, pick, type RepairStats } from '../encode/bulk-body.ts'
import type { Answer } from './answer.ts'
import type { BatchSize } from './batch-size.ts'
import { type Refusal, readBlock } from './block.ts'
import type { Blocks } from './blocks.ts'
import type { BulkRequests, RequestStats } from './bulk-request.ts'
import { type Outcome, readBulkResult } from './bulk-result.ts'
import type { Cluster, Stopping } from './cluster.ts'
import type { IndexEvents } from './events.ts'
import type { Flow, FlowVerdict, Ticket } from './flow.ts'
import { withoutContent } from './reason.ts'

export interface BulkSenderOptions {
  readonly requests: BulkRequests
  readonly burial: Burial
  readonly cluster: Cluster
  readonly flow: Flow
  readonly size: BatchSize
  readonly blocks: Blocks
  readonly clock: Clock
  readonly events: IndexEvents
  readonly stats: IndexStats
  readonly backoff: BackoffOptions
}

/** Counters, read when scraped. */
export interface IndexStats extends RepairStats, RequestStats {
  /** Records taken from the queue. */
  taken: number
  indexed: number
  /** Records that Elasticsearch keeps, but in the failure store of the data stream. */
  failureStore: number
  duplicates: number
  deadLettered: number
  /** Records of dead letters that were put in the queue again. */
  replayed: number
  /** Records that rules dropped. */
  dropped: number
  /** Documents that were sent again although they may have been taken: the answer was lost. */
  redelivered: number
}

/** Of a delivery. */
interface Course {
  readonly stopping: Stopping
  readonly backoff: Backoff
  /** Blocks that were met, by data stream. */
  readonly blocked: Set<string>
  attempts: number
  /** Whether the server was looked at again since it refused the whole request. */
  isVerified: boolean
  /** Requests of this size that got no answer, timeouts more than others. */
  cuts: number
}

const MIB = 1024 ** 2

/** Sends bulk bodies until each of their documents is indexed, known, or a dead letter. */
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
  deliver(body: BulkBody, stopping: Stopping): Promise<boolean> {
    return this.#deliver(body, stopping, false)
  }

  async #deliver(body: BulkBody, stopping: Stopping, isVerified: boolean): Promise<boolean> {
    const backoff = new Backoff(this.#options.backoff)
    const course: Course = { stopping, backoff, blocked: new Set(), attempts: 0, cuts: 0, isVerified }
    let open: BulkBody | undefined = body
    while (open !== undefined) {
      // The first attempt is made in any case: that is what draining means.
      if (course.attempts > 0 && stopping.draining.aborted) return false
      const left = await this.#attempt(open, course)
      if (typeof left === 'boolean') return left
      open = left
    }
    return true
  }

  /** One request. Returns what is still to be sent, or whether all is settled. */
  async #attempt(body: BulkBody, course: Course): Promise<BulkBody | boolean> {
    const { requests, flow, clock, cluster } = this.#options
    const { draining, giveUp } = course.stopping
    if (!(await cluster.ready(course.stopping))) return false
    const payload = await requests.compress(body)
    const ticket = await flow.enter(draining)
    if (ticket === undefined) return false
    course.attempts += 1
    const startedMs = clock.monotonicMs()
    const answer = await requests.send(payload, giveUp)
    if (giveUp.aborted) {
      flow.leave(ticket)
      return false
    }
    const outcomes = answer.kind === 'ok' ? readBulkResult(answer.body, documentsOf(body)) : undefined
    if (outcomes !== undefined) {
      const verdict = this.#judge(outcomes, body.bytes.length, clock.monotonicMs() - startedMs)
      flow.leave(ticket, verdict)
      return this.#settle(body, outcomes, verdict, course)
    }
    this.#noteSize(answer, body, course)
    if (!isTooMuch(answer, body, course.cuts)) return this.#fail(ticket, answer, body)
    flow.leave(ticket, { kind: 'answered' })
    if (answer.kind === 'error' && answer.status === 400 && !course.isVerified) {
      // Another version than it was may know less of what is asked: that is not the documents' fault.
      course.isVerified = true
      cluster.forget()
      return body
    }
    return this.#divide(body, answer, course)
  }

  /** What the outcomes say of the load of the server. */
  #judge(outcomes: readonly Outcome[], bytes: number, durationMs: number): FlowVerdict {
    const { size } = this.#options
    let turnedAway = 0
    let isPressed = false
    for (const outcome of outcomes) {
      if (outcome.kind !== 'retry') continue
      turnedAway += 1
      isPressed ||= readBlock(outcome) === undefined
    }
    if (turnedAway === outcomes.length) return { kind: 'failed', afterMs: 0 }
    if (isPressed) return { kind: 'pressed' }
    const isTelling = bytes * 2 >= size.targetBytes
    size.answered(bytes)
    return isTelling ? { kind: 'answered', msPerMiB: durationMs / (bytes / MIB) } : { kind: 'answered' }
  }

  /** Counts outcomes and buries what was refused; returns what has to be sent again. */
  async #settle(
    body: BulkBody,
    outcomes: readonly Outcome[],
    verdict: FlowVerdict,
    { stopping, backoff, blocked }: Course,
  ): Promise<BulkBody | boolean> {
    const { stats, events, blocks, cluster, burial, clock } = this.#options
    const again: number[] = []
    const letters: DeadLetter[] = []
    const standing = new Set<string>()
    let isIndexMissing = false
    for (let index = 0; index < outcomes.length; index++) {
      const outcome = outcomes[index]!
      switch (outcome.kind) {
        case 'failure_store':
          events.documentsInFailureStore({})
          stats.failureStore += 1
          break
        case 'indexed':
          stats.indexed += 1
          break
        case 'duplicate':
          stats.duplicates += 1
          break
        case 'retry': {
          again.push(index)
          isIndexMissing ||= outcome.status === 404
          events.documentsRetried({ status: String(outcome.status) })
          const block = readBlock(outcome)
          if (block === undefined) break
          const name = indexAt(body, index)
          standing.add(name)
          blocks.set(name, block)
          break
        }
        case 'refused': {
          letters.push(letterOf(body, index, outcome))
        }
      }
    }
    blocks.clear('')
    for (const name of blocked) if (!standing.has(name)) blocks.clear(name)
    for (const name of standing) blocked.add(name)
    if (!(await burial.bury(letters, stopping.draining))) return false
    // Someone deleted the template, or this is another cluster than before.
    if (isIndexMissing) cluster.forgetTemplate()
    if (again.length === 0) return true
    // Where nothing was taken, everybody waits before the next request.
    if (verdict.kind !== 'failed') await clock.sleep(backoff.next(), stopping.draining)
    return pick(body, again)
  }

  /** A request that failed as a whole is sent again, once the flow lets it. */
  #fail(ticket: Ticket, answer: Answer, body: BulkBody): BulkBody {
    const { flow, events, blocks, stats, cluster } = this.#options
    const attempt = flow.failures + 1
    if (answer.kind === 'unreachable') {
      if (answer.reason === 'connection') cluster.forget()
      if (answer.mayBeTaken) stats.redelivered += documentsOf(body)
      events.bulkFailed({ reason: answer.reason }, { err: answer.message, attempt })
    } else if (answer.kind === 'error') {
      events.bulkFailed({ reason: `http_${answer.status}` }, { err: answer.message, attempt })
      const block = readBlock({ ...answer, reason: answer.message })
      if (block !== undefined) blocks.set('', block)
      // It may have come back as another version, which does not know what the one before did.
      if (answer.status === 400 || answer.status === 406) cluster.forget()
    } else {
      stats.redelivered += documentsOf(body)
      events.bulkFailed({ reason: 'malformed_answer' }, { attempt })
    }
    flow.leave(ticket, { kind: 'failed', afterMs: answer.kind === 'error' ? answer.retryAfterMs : 0 })
    return body
  }

  /** What an answer, or its absence, says of the size of requests. */
  #noteSize(answer: Answer, body: BulkBody, course: Course): void {
    const { size } = this.#options
    const { length } = body.bytes
    if (answer.kind === 'error' && answer.status === 413 && documentsOf(body) > 1) size.refused(length)
    if (answer.kind === 'error' && answer.status === 429) course.cuts += 1
    if (answer.kind !== 'unreachable' || !answer.mayBeTaken) return
    // A timeout cost much time already.
    course.cuts += answer.reason === 'timeout' ? CUTS_BEFORE_HALVING / 2 : 1
    if (answer.reason === 'timeout') size.timedOut(length)
  }

  /** A request that is refused as a whole: the fault is found by halving, and only what can't be halved is given up. */
  async #divide(body: BulkBody, answer: Answer, { stopping, isVerified }: Course): Promise<boolean> {
    const { burial, events } = this.#options
    const documents = documentsOf(body)
    const reason =
      answer.kind === 'unreachable' ? answer.reason : answer.kind === 'error' ? `http_${answer.status}` : ''
    const message = answer.kind === 'ok' ? '' : answer.message
    if (documents === 1) {
      const status = answer.kind === 'error' ? answer.status : 0
      const type = status === 413 ? 'request_entity_too_large' : 'bulk_request_refused'
      return burial.bury([letterOf(body, 0, { status, type, reason: message })], stopping.draining)
    }
    events.bulkDivided({ reason }, { documents, bytes: body.bytes.length, err: withoutContent(message) })
    const middle = documents >> 1
    const all = Array.from({ length: documents }, (_, index) => index)
    return (
      (await this.#deliver(pick(body, all.slice(0, middle)), stopping, isVerified)) &&
      (await this.#deliver(pick(body, all.slice(middle)), stopping, isVerified))
    )
  }
}

function letterOf(body: BulkBody, index: number, { status, type, reason }: Refusal): DeadLetter {
  const content: LetterContent = {
    ...({ kind: 'bulk', encoding: 'identity' } as const),
    records: 1,
    bytes: documentAt(body, index),
    receivedAtMs: 0,
  }
  return { status, type, reason, attempts: (body.attempts?.[index] ?? 0) + 1, content }
}

/** Below this size nobody cuts a connection, or is too slow, because a request is too large. */
const SMALL_BYTES = MIB
const CUTS_BEFORE_HALVING = 3

/**
 * Whether halves may be taken where the whole is not. A 400 counts if Elasticsearch itself objects to the content: one
 * from a proxy, or about headers, would be the same for every document. Some servers answer a request that is too large
 * by cutting the connection, over a slow line it may take longer than the timeout, and a node that has no memory for it
 * answers 429 however long one waits.
 */
function isTooMuch(answer: Answer, body: BulkBody, cuts: number): boolean {
  if (answer.kind === 'ok') return false
  if (answer.kind === 'error') {
    if (answer.status === 413) return true
    if (answer.status === 429) return mayBeSize(body, cuts)
    return answer.status === 400 && answer.type !== '' && answer.type !== 'media_type_header_exception'
  }
  return mayBeSize(body, cuts)
}

function mayBeSize(body: BulkBody, cuts: number): boolean {
  return cuts >= CUTS_BEFORE_HALVING && body.bytes.length > SMALL_BYTES && documentsOf(body) > 1
}
