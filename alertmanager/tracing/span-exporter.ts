import { setImmediate as nextTurn } from 'node:timers/promises'
import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { RouterEvents } from '../events.ts'
import { encodeTraces } from './encode.ts'
import type { EndedSpan } from './recorded-span.ts'
import type { Attributes } from './span.ts'
import type { SpanTaker } from './tracer.ts'

/** What became of a request with spans. */
export type Sent =
  | {
      readonly ok: true
      /** How many spans the other side did not want, and why. */
      readonly rejected: number
      readonly message: string
    }
  | {
      readonly ok: false
      /** Whether the same request may be taken a while later. */
      readonly retryable: boolean
      /** Holds no secret. */
      readonly message: string
      /** How long the other side asked to wait. */
      readonly retryAfterMs?: number | undefined
    }

/** Brings requests to a collector of traces. */
export interface TraceSender {
  /** Sends one ExportTraceServiceRequest. Does not reject for what the network or the other side does. */
  send(request: Buffer, signal: AbortSignal): Promise<Sent>
  close(): void
}

export interface SpanExporterOptions {
  readonly sender: TraceSender
  /** What the spans are of. */
  readonly resource: Attributes
  /** Longest time of one request. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Returns a number in [0, 1). */
  readonly random: () => number
  readonly events: Pick<RouterEvents, 'spansSent' | 'spansDropped' | 'exportFailed'>
}

// As the batch processor and the exporters of OpenTelemetry's SDKs, which upstream uses as they come.
const MAX_QUEUED = 2_048
const MAX_BATCH = 512
const GATHER_MS = 5_000
const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 30_000
/** A batch that could not be sent for so long is dropped. */
const RETRY_FOR_MS = 60_000
/** How long what is left at the end may take. */
const CLOSE_MS = 5_000

/** Sends spans in the background, in batches. What does not fit into its queue is dropped: nothing waits for it. */
export class SpanExporter implements SpanTaker {
  readonly #options: SpanExporterOptions
  #queue: EndedSpan[] = []
  #sending: Promise<void> | undefined
  #cancelTimer = () => {}
  #isGathering = false
  #isClosed = false
  /** Aborts the waiting before another attempt. */
  readonly #closing = new AbortController()
  /** Aborts everything. */
  readonly #halt = new AbortController()

  constructor(options: SpanExporterOptions) {
    this.#options = options
  }

  add(span: EndedSpan): void {
    const { events, clock } = this.#options
    if (this.#isClosed || this.#queue.length >= MAX_QUEUED) {
      events.spansDropped({ reason: this.#isClosed ? 'closed' : 'queue_full' })
      return
    }
    this.#queue.push(span)
    if (this.#queue.length >= MAX_BATCH) this.#flush()
    else if (!this.#isGathering) {
      this.#isGathering = true
      this.#cancelTimer = clock.after(GATHER_MS, () => this.#flush())
    }
  }

  async close(deadline?: AbortSignal): Promise<void> {
    const { clock, sender, events } = this.#options
    this.#isClosed = true
    this.#closing.abort()
    const halt = () => this.#halt.abort()
    if (deadline?.aborted) halt()
    deadline?.addEventListener('abort', halt, { once: true })
    const cancel = clock.after(CLOSE_MS, halt)
    do {
      this.#flush()
      await this.#sending
    } while (this.#queue.length > 0 && !this.#halt.signal.aborted)
    cancel()
    deadline?.removeEventListener('abort', halt)
    sender.close()
    if (this.#queue.length > 0) events.spansDropped({ reason: 'not_sent' }, { count: this.#queue.length })
    this.#queue = []
  }

  #flush(): void {
    this.#cancelTimer()
    this.#isGathering = false
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      // To write so many takes milliseconds, which are not those of the one whose span has ended.
      await nextTurn()
      if (this.#queue.length === 0 || this.#halt.signal.aborted) return
      await this.#sendBatch(this.#queue.splice(0, MAX_BATCH))
    }
  }

  async #sendBatch(spans: readonly EndedSpan[]): Promise<void> {
    const { clock, random, events, resource } = this.#options
    const request = encodeTraces(resource, spans)
    const giveUpMs = clock.monotonicMs() + RETRY_FOR_MS
    const backoff = new Backoff({ initialMs: FIRST_RETRY_MS, maxMs: LONGEST_RETRY_MS, random })
    for (;;) {
      const sent = await this.#attempt(request)
      if (sent.ok) return this.#count(spans.length, sent.rejected)
      const delayMs = backoff.next(sent.retryAfterMs)
      const isOver = !sent.retryable || this.#isClosed || clock.monotonicMs() + delayMs > giveUpMs
      if (!isOver) await clock.sleep(delayMs, this.#closing.signal)
      if (isOver || this.#halt.signal.aborted) {
        events.spansDropped({ reason: 'not_sent' }, { count: spans.length })
        return
      }
    }
  }

  async #attempt(request: Buffer): Promise<Sent> {
    const { sender, clock, timeoutMs, events } = this.#options
    const timeout = new AbortController()
    const cancel = clock.after(timeoutMs, () => timeout.abort())
    const sent = await sender.send(request, AbortSignal.any([timeout.signal, this.#halt.signal]))
    cancel()
    if (!sent.ok) {
      const error = timeout.signal.aborted ? `no answer within ${timeoutMs} ms` : sent.message
      events.exportFailed({}, { error })
    } else if (sent.rejected > 0) {
      events.exportFailed({}, { error: sent.message, rejected: sent.rejected })
    }
    return sent
  }

  #count(spans: number, rejected: number): void {
    const { events } = this.#options
    const refused = Math.min(spans, rejected)
    if (refused > 0) events.spansDropped({ reason: 'refused' }, { count: refused })
    if (spans > refused) events.spansSent({}, { count: spans - refused })
  }
}
