import { AdditiveLimit } from '#lib/additive-limit.ts'
import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { EncodingChoice } from './encoding-choice.ts'
import type { Encoding, Outcome, RequestSender } from './outcome.ts'

export interface EndpointOptions {
  /** For people; holds no credentials. */
  readonly name: string
  readonly sender: RequestSender
  readonly clock: Clock
  readonly encoding: Encoding
  /** Most requests under way at once. */
  readonly maxInFlight: number
  readonly backoff: BackoffOptions
}

/** What a collector was when a request was sent to it. */
export interface Ticket {
  /** Counts failures: what was sent before the last one says nothing about the time after it. */
  readonly epoch: number
  /** Whether the request is to show if it works again. */
  readonly isProbe: boolean
}

/** How the end of a request changed what is thought of a collector. */
export type Change = 'failed' | 'recovered' | undefined

/**
 * What is known of one collector. It takes as many requests at once as it shows to bear: each failure halves their
 * number, each round of acceptance adds one. After a failure nothing is sent to it for a while, then one request; only
 * when that is answered there may be more.
 */
export class Endpoint {
  readonly name: string
  readonly sender: RequestSender
  readonly encodings: EncodingChoice
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #limit: AdditiveLimit
  #inFlight = 0
  #isFailing = false
  #isProbing = false
  #retryAtMs = 0
  /** Whether the collector itself asked for the wait. */
  #isHeldOff = false
  #epoch = 0

  constructor({ name, sender, clock, encoding, maxInFlight, backoff }: EndpointOptions) {
    this.name = name
    this.sender = sender
    this.encodings = new EncodingChoice(encoding, clock)
    this.#clock = clock
    this.#limit = new AdditiveLimit({ min: 1, max: maxInFlight, initial: maxInFlight })
    this.#backoff = new Backoff(backoff)
  }

  get isHealthy(): boolean {
    return !this.#isFailing
  }

  /** Whether the request under way is to show if it works again. */
  get isProbing(): boolean {
    return this.#isProbing
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Requests that it may have under way at once. */
  get limit(): number {
    return this.#limit.current
  }

  /** Milliseconds until it may be sent a request: 0 for now, Infinity if one of those under way has to end first. */
  get waitMs(): number {
    if (this.#inFlight >= this.limit || this.#isProbing) return Number.POSITIVE_INFINITY
    return this.#isFailing ? Math.max(0, this.#retryAtMs - this.#clock.monotonicMs()) : 0
  }

  /** A request is sent. */
  begin(): Ticket {
    this.#inFlight += 1
    const isProbe = this.#isFailing
    this.#isProbing = isProbe
    return { epoch: this.#epoch, isProbe }
  }

  /** A request ended; without an outcome if it was given up. */
  end({ epoch, isProbe }: Ticket, outcome: Outcome | undefined): Change {
    this.#inFlight -= 1
    if (isProbe) this.#isProbing = false
    if (outcome === undefined) return undefined
    const isCurrent = epoch === this.#epoch
    if (outcome.kind === 'retry') return this.#fail(outcome, isCurrent)
    if (outcome.kind === 'accepted') this.#limit.grow()
    if (!isCurrent || !this.#isFailing) return undefined
    this.#isFailing = false
    this.#backoff.reset()
    return 'recovered'
  }

  /** Tries a failing collector without more delay, unless it asked for one: there is no time left to wait. */
  hurry(): void {
    if (!this.#isHeldOff) this.#retryAtMs = this.#clock.monotonicMs()
  }

  #fail({ reason, afterMs }: Outcome & { kind: 'retry' }, isCurrent: boolean): Change {
    // The failure of what was sent earlier is known already, but for the wait that it asks for.
    if (!isCurrent && afterMs === 0) return undefined
    const wasFailing = this.#isFailing
    const untilMs = this.#clock.monotonicMs() + afterMs
    this.#epoch += 1
    this.#isFailing = true
    if (isCurrent) {
      this.#limit.cut()
      // Jitter comes on top: a collector says the same Retry-After to all agents.
      this.#retryAtMs = untilMs + this.#backoff.next()
      this.#isHeldOff = afterMs > 0
      if (!reason.startsWith('http_')) this.encodings.reset()
    } else {
      this.#retryAtMs = Math.max(this.#retryAtMs, untilMs)
      this.#isHeldOff = true
    }
    return wasFailing ? undefined : 'failed'
  }
}
