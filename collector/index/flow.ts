import { AdditiveLimit } from '#lib/additive-limit.ts'
import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { Queueing } from './queueing.ts'

export interface FlowOptions {
  readonly clock: Clock
  readonly backoff: BackoffOptions
  /** Most bulk requests under way at once. */
  readonly maxConcurrency: number
}

/** The right to send one request. */
export interface Ticket {
  /** Counts tickets. */
  readonly number: number
  /** Whether it is sent to see if the server works again. */
  readonly isProbe: boolean
  /** Requests under way with it, itself included. */
  readonly concurrency: number
}

/** What came of a request, for the flow of all others. */
export type FlowVerdict =
  /** An answer for each document. With a latency if the request was large enough for one to mean something. */
  | { readonly kind: 'answered'; readonly msPerMiB?: number }
  /** An answer, by which some documents were turned away because there were too many. */
  | { readonly kind: 'pressed' }
  /** Nothing was taken: everybody has to wait, at least for as long as the server asks. */
  | { readonly kind: 'failed'; readonly afterMs: number }

/** Fewer waiting requests than this: the server has room for another one. More than that: it has too many. */
const ROOM = 1.2
const CROWD = 3
const CROWD_PART = 0.9

/**
 * How fast Elasticsearch is sent to. There are as many requests under way as it shows to bear: each round of answers adds
 * one while they do not wait for each other, overload and failure halve them. After a failure nobody sends anything for a
 * while, then one request is sent, and only when that is answered there may be more: so a cluster that comes back is not
 * met by all workers at once, and a Retry-After holds for all of them.
 */
export class Flow {
  readonly #clock: Clock
  readonly #limit: AdditiveLimit
  readonly #backoff: Backoff
  readonly #queueing: Queueing
  #inFlight = 0
  #tickets = 0
  /** The last ticket at the time of the last cut: what was sent before says nothing of the time after. */
  #cutAt = 0
  #failedAt = 0
  #isFailing = false
  #isProbing = false
  /** Nobody sends anything until a timer ends it. */
  #isResting = false
  #retryAtMs = 0
  #cancelTimer: () => void = () => {}
  #waiting: (() => void)[] = []

  constructor({ clock, backoff, maxConcurrency }: FlowOptions) {
    this.#clock = clock
    this.#limit = new AdditiveLimit({ min: 1, max: maxConcurrency, initial: 1 })
    this.#backoff = new Backoff(backoff)
    this.#queueing = new Queueing(clock)
  }

  /** Requests that may be under way at once. */
  get limit(): number {
    return this.#limit.current
  }

  /** Failures of whole requests since the last one that was answered. */
  get failures(): number {
    return this.#backoff.attempt
  }

  /** Waits until a worker may gather a request: those with a number below the limit may. False if the signal aborts. */
  async turnOf(worker: number, draining: AbortSignal): Promise<boolean> {
    while (worker >= this.limit && !draining.aborted) await this.#change(draining)
    return worker < this.limit
  }

  /** Waits until a request may be sent; undefined if the signal aborts while nobody may. */
  async enter(draining: AbortSignal): Promise<Ticket | undefined> {
    while (this.#isFailing) {
      if (draining.aborted) return undefined
      if (!this.#isProbing && !this.#isResting) break
      await this.#change(draining)
    }
    this.#isProbing = this.#isFailing
    this.#inFlight += 1
    this.#tickets += 1
    return { number: this.#tickets, isProbe: this.#isFailing, concurrency: this.#inFlight }
  }

  /** Every ticket has to be given back; without a verdict if the request was given up. */
  leave({ number, isProbe, concurrency }: Ticket, verdict?: FlowVerdict): void {
    this.#inFlight -= 1
    if (isProbe) this.#isProbing = false
    if (verdict?.kind === 'failed') this.#fail(number, verdict.afterMs)
    else if (verdict !== undefined) {
      if (this.#isFailing && number > this.#failedAt) {
        this.#isFailing = false
        this.#backoff.reset()
      }
      if (verdict.kind === 'pressed') this.#cut(number, 0.5)
      else this.#adapt(number, concurrency, verdict.msPerMiB)
    }
    this.#wake()
  }

  #adapt(number: number, concurrency: number, msPerMiB: number | undefined): void {
    // Where there is room to spare, an answer does not show that more could be borne.
    const waiting = msPerMiB === undefined ? 0 : this.#queueing.observe(msPerMiB, concurrency)
    if (waiting > CROWD) this.#cut(number, CROWD_PART)
    else if (waiting < ROOM && concurrency >= this.limit) this.#limit.grow()
  }

  #fail(number: number, afterMs: number): void {
    const isNews = number > this.#failedAt
    // The failure of what was sent earlier is known already, but for the wait that it asks for.
    if (!isNews && afterMs === 0) return
    const untilMs = this.#clock.monotonicMs() + afterMs
    this.#isFailing = true
    if (isNews) {
      this.#failedAt = this.#tickets
      this.#cut(number, 0.5)
      // Jitter comes on top: the same Retry-After is said to all collectors.
      this.#retryAtMs = untilMs + this.#backoff.next()
    } else {
      this.#retryAtMs = Math.max(this.#retryAtMs, untilMs)
    }
    this.#rest(Math.max(0, this.#retryAtMs - this.#clock.monotonicMs()))
  }

  #rest(durationMs: number): void {
    this.#cancelTimer()
    this.#isResting = true
    this.#cancelTimer = this.#clock.after(Math.ceil(durationMs), () => {
      this.#isResting = false
      this.#wake()
    })
  }

  #cut(number: number, part: number): void {
    if (number <= this.#cutAt) return
    this.#cutAt = this.#tickets
    this.#limit.cut(part)
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done, { once: true })
      this.#waiting.push(done)
    })
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
