import { decompress } from '../receive/content.ts'
import type { QueueEntry } from './queue.ts'
import { type Carrier, StreamOrder } from './stream-order.ts'
import { streamsOf } from './streams.ts'

export interface DispatcherOptions {
  /** The next entry of the log. */
  readonly next: () => Promise<QueueEntry | undefined>
  /** Something that had to wait may be taken now. */
  readonly wake: () => void
}

/** What a damaged or hostile entry may decompress to: above the limit of requests, which may have been lowered since. */
const LARGEST_REQUEST_BYTES = 1024 ** 3

/** Hands entries out to those who carry them on, so that each stream keeps its order. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #order = new StreamOrder<QueueEntry>()

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Records that were read from the log and wait for others of their streams. */
  get waitingRecords(): number {
    return this.#order.held.reduce((sum, { records }) => sum + records, 0)
  }

  /** The first entry that this carrier may have; undefined if there is none now. */
  async take(by: Carrier): Promise<QueueEntry | undefined> {
    const order = this.#order
    const waited = order.takeHeld(by)
    if (waited !== undefined) return waited
    while (!order.isFull) {
      const next = await this.#options.next()
      if (next === undefined) return undefined
      const { header, payload } = next
      const body = next.body ?? opened(next)
      const streams = body === undefined || header?.kind !== 'otlp_logs' ? [] : streamsOf(body)
      const settle = () => {
        next.settle()
        if (order.release(streams)) this.#options.wake()
      }
      const entry = { ...next, body, settle }
      if (order.offer(entry, streams, payload.length + (body?.length ?? 0), by)) return entry
    }
    return undefined
  }
}

/** The request of an entry that was read from disk; one that can't be had is for whoever takes it to say. */
function opened({ header, payload }: QueueEntry): Buffer | undefined {
  try {
    return header === undefined ? undefined : decompress(payload, header.encoding, LARGEST_REQUEST_BYTES)
  } catch {
    return undefined
  }
}
