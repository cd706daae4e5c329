import type { ServerResponse } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { errorBody } from '../error-answer.ts'
import type { QueryEvents } from '../events.ts'
import type { TailRequest } from '../parameters.ts'
import type { Searcher } from '../searcher.ts'
import { EventStream } from './event-stream.ts'
import { Tailer, type TailLimits, type TailSink } from './tailer.ts'

export interface LiveTailsOptions {
  readonly searcher: Searcher
  readonly clock: Clock
  readonly events: QueryEvents
  readonly limits?: Partial<TailLimits>
  /** Tails at once; 32 unless told. */
  readonly maxTails?: number
}

/** So many records go into one event at most. */
const RECORDS_PER_EVENT = 250

/** The live tails under way. */
export class LiveTails {
  readonly #options: LiveTailsOptions
  readonly #maxTails: number
  readonly #open = new Set<AbortController>()
  #isClosed = false

  constructor(options: LiveTailsOptions) {
    this.#options = options
    this.#maxTails = options.maxTails ?? 32
  }

  get count(): number {
    return this.#open.size
  }

  /**
   * Streams a tail until the client goes away or {@link closeAll} is called.
   *
   * @param begin called once before the first byte, when nothing can fail any more that deserves an error answer
   * @throws CodedError if there are too many tails, or the first look at the index fails
   */
  async serve(request: TailRequest, response: ServerResponse, begin: () => void): Promise<void> {
    if (this.#open.size >= this.#maxTails || this.#isClosed) {
      throw new CodedError('SEARCH_LIMIT', [this.#maxTails, 'live tails'], { retryable: true })
    }
    const closing = new AbortController()
    this.#open.add(closing)
    const abort = () => closing.abort()
    response.once('close', abort)
    const { clock, searcher, limits } = this.#options
    const stream = new EventStream({ response, clock, closing })
    const tailer = new Tailer({
      ...{ searcher, clock, request, signal: closing.signal },
      ...(limits === undefined ? {} : { limits }),
    })
    try {
      await tailer.follow(this.#sinkOf(stream, begin))
      stream.close()
    } finally {
      this.#open.delete(closing)
      response.off('close', abort)
    }
  }

  /** Ends all tails, so that the server can stop; no further ones are begun. */
  closeAll(): void {
    this.#isClosed = true
    for (const closing of this.#open) closing.abort()
  }

  #sinkOf(stream: EventStream, begin: () => void): TailSink {
    const { events } = this.#options
    return {
      async open(position) {
        begin()
        stream.open()
        await stream.send('position', { position }, position)
      },
      async records(records, position) {
        events.recordsTailed({}, { count: records.length })
        for (let at = 0; at < records.length; at += RECORDS_PER_EVENT) {
          const part = records.slice(at, at + RECORDS_PER_EVENT)
          // Only the last part moves the position: an interruption before it has all parts sent again.
          const isLast = at + RECORDS_PER_EVENT >= records.length
          await stream.send('records', { records: part }, isLast ? position : undefined)
        }
      },
      async skipped(skipped) {
        events.recordsSkipped({}, { count: skipped.count })
        await stream.send('skipped', skipped)
      },
      failing: (error) => stream.send('failing', errorBody(error)),
      recovered: () => stream.send('recovered', {}),
    }
  }
}
