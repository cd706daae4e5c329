import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { type FallbackRule, fallbackOf } from '../config/fallback.ts'
import type { RouterEvents } from '../events.ts'
import type { Flush, FlushOutcome } from '../group/flush.ts'
import type { FailureLog } from '../store/failures.ts'
import type { NotificationKey } from '../store/nflog.ts'
import { standIn } from './fallback-message.ts'
import type { Integration, NotifyResult } from './receiver.ts'

/** What of a flush a fallback is told: all that the receiver would be, or only what became of what it was told before. */
export type FallbackScope = 'everything' | 'open'

/** Tells through one integration what is to be told of a flush, and not what it was told before. */
type TellThrough = (integration: Integration, flush: Flush, scope: FallbackScope) => Promise<FlushOutcome>

export interface FallbackOptions {
  readonly rule: FallbackRule | undefined
  readonly clock: Clock
  readonly events: RouterEvents
  readonly failures: FailureLog
  /** The integrations of a receiver. */
  readonly integrationsOf: (receiver: string) => readonly Integration[]
  readonly tell: TellThrough
}

/** The clock takes no longer delays. */
const LONGEST_DELAY_MS = 2 ** 31 - 1
/** What has failed for too long before this flush gets this long once more, if it neither succeeds nor fails sooner. */
const LAST_CHANCE_MS = 5_000

/**
 * One flush whose receiver has a fallback. That is told in its place as soon as an integration of it fails for good, or
 * has been failing for long enough, over several flushes too. What the fallback was told it is also told the end of,
 * even when the receiver can be told again.
 */
export class FallbackOfFlush {
  readonly #flush: Flush
  readonly #fallback: string
  readonly #afterMs: number
  readonly #options: FallbackOptions
  /** One delivery after the other: what the first one has told is nothing to tell for the next. */
  #deliveries: Promise<readonly FlushOutcome[]>
  #isTold = false

  private constructor(flush: Flush, fallback: string, afterMs: number, options: FallbackOptions) {
    this.#flush = flush
    this.#fallback = fallback
    this.#afterMs = afterMs
    this.#options = options
    this.#deliveries = this.#deliver('open')
  }

  /** Undefined where the receiver of the flush has no fallback. */
  static begin(flush: Flush, options: FallbackOptions): FallbackOfFlush | undefined {
    if (options.rule === undefined) return undefined
    const fallback = fallbackOf(options.rule, flush.route.receiver)
    return fallback === undefined ? undefined : new FallbackOfFlush(flush, fallback, options.rule.afterMs, options)
  }

  /** Tells through an integration of the receiver, with an eye on how that goes. */
  async watch<T>(integration: Integration, tell: (watched: Integration) => Promise<T>): Promise<T> {
    const { clock, failures } = this.#options
    const { kind, index, sendResolved } = integration
    const { logKey, route, signal, draining } = this.#flush
    const key: NotificationKey = { groupKey: logKey, receiver: route.receiver, integration: kind, index }
    let sinceMs = failures.since(key)
    let isFailing = false
    let cancel: (() => void) | undefined

    const begin = () => {
      sinceMs ??= clock.nowMs()
      const leftMs = Math.max(sinceMs + this.#afterMs - clock.nowMs(), LAST_CHANCE_MS)
      if (leftMs > LONGEST_DELAY_MS) return () => {}
      return clock.after(leftMs, () => {
        failures.failed(key, sinceMs!)
        this.#tell(`${kind}_configs[${index}]: no success since ${new Date(sinceMs!).toISOString()}`)
      })
    }
    const attempted = (isOver: boolean, message: string) => {
      isFailing = true
      failures.failed(key, sinceMs!)
      if (isOver || clock.nowMs() - sinceMs! >= this.#afterMs) this.#tell(message)
    }
    const watched: Integration = {
      ...{ kind, index, sendResolved },
      notify: async (notification, until) => {
        cancel ??= begin()
        const result = await integration.notify(notification, until).catch((error: unknown) => {
          attempted(true, `unexpected: ${messageOf(error)}`)
          throw error
        })
        isFailing = !result.ok
        // Who is cut off when the router stops or the time is up has not failed for good.
        if (!result.ok) attempted(isForGood(result) && !signal.aborted && !draining.aborted, result.message)
        return result
      },
    }
    try {
      return await tell(watched)
    } finally {
      cancel?.()
      if (!isFailing) failures.mended(key)
    }
  }

  /** When all that was begun has ended. */
  async ended(): Promise<readonly FlushOutcome[]> {
    return await this.#deliveries
  }

  #tell(message: string): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#deliveries = this.#deliveries.then(async (before) => [
      ...before,
      ...(await this.#deliver('everything', message)),
    ])
  }

  async #deliver(scope: FallbackScope, message?: string): Promise<readonly FlushOutcome[]> {
    const { clock, integrationsOf, tell, events } = this.#options
    const { receiver } = this.#flush.route
    const deadline = new AbortController()
    const { timeMs, halt } = this.#flush
    // It has a time of its own: that of the flush may be over, and may have been what made the receiver fail.
    const cancel = clock.after(timeMs, () => deadline.abort('contextDeadlineExceeded'))
    const flush = {
      ...this.#flush,
      route: { ...this.#flush.route, receiver: this.#fallback },
      signal: AbortSignal.any([deadline.signal, halt]),
    }
    const onTold = (integration: string) => {
      if (scope === 'open') return
      const where = { receiver, fallback: this.#fallback, groupKey: flush.groupKey, error: message }
      events.fellBack({ integration, receiver_name: this.#fallback }, where)
    }
    const told = integrationsOf(this.#fallback).map((integration) => {
      return tell(standIn(integration, { receiver, message, onTold }), flush, scope)
    })
    return await Promise.all(told).finally(cancel)
  }
}

function isForGood(result: NotifyResult): boolean {
  return !result.ok && !result.retryable
}
