import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { freeNow } from '#lib/free-now.ts'
import type { DeadLetter } from '../dead-letter/letter.ts'
import { type BulkBody, documentsOf } from '../encode/bulk-body.ts'
import { BulkEncoder } from '../encode/bulk-encoder.ts'
import type { CollectorEvents } from '../events.ts'
import type { DiskQueue, QueueEntry } from '../queue/queue.ts'
import { decompress } from '../receive/content.ts'
import type { Shaping } from '../shape/shaping.ts'
import type { Tally } from '../shape/tally.ts'
import type { BatchSize } from './batch-size.ts'
import type { IndexStats } from './bulk-sender.ts'

export interface GathererOptions {
  readonly queue: () => DiskQueue
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly stats: IndexStats
  readonly dataStream: string
  /** A bulk request is sent once it has as many bytes as this says, */
  readonly size: BatchSize
  /** or once its first record has waited this long. */
  readonly maxDelayMs: number
  readonly backoff: BackoffOptions
  readonly shaping: Shaping
}

/** What is delivered together. */
export interface Load {
  readonly body: BulkBody | undefined
  /** Entries that can't be made into documents. */
  readonly letters: readonly DeadLetter[]
  /** Entries of which nothing is left once this is delivered. */
  readonly entries: readonly QueueEntry[]
}

/** An entry of which the first records have been gathered. */
interface Begun {
  readonly entry: QueueEntry
  readonly request: Buffer
  /** If rules made it what it is. */
  readonly tally: Tally | undefined
  readonly nextRecord: number
}

/** Requests of which rules leave little are settled after so many bytes of them. */
const MOST_REQUEST_BYTES = 64 * 1024 ** 2
/** What a damaged or hostile entry may decompress to: above the limit of requests, which may have been lowered since. */
const LARGEST_REQUEST_BYTES = 1024 ** 3

/** Takes entries from the queue and puts them together as bulk requests. Each worker has its own. */
export class Gatherer {
  readonly #options: GathererOptions
  readonly #encoder: BulkEncoder
  readonly #backoff: Backoff
  #begun: Begun | undefined
  #entries: QueueEntry[] = []
  #letters: DeadLetter[] = []
  /** Of each document; empty unless dead letters are among them. */
  #attempts: number[] = []
  /** Of requests that were taken since the last load: rules may leave nothing of them. */
  #requestBytes = 0

  constructor(options: GathererOptions) {
    this.#options = options
    this.#backoff = new Backoff(options.backoff)
    const { dataStream, size, stats } = options
    this.#encoder = new BulkEncoder({ dataStream, maxBytes: size.limitBytes, stats })
  }

  /** Whether an entry has been taken of which the rest is still to come. */
  get isMidEntry(): boolean {
    return this.#begun !== undefined
  }

  /**
   * Takes entries until there are enough for a request, or the first one has waited long enough for more, or stopping.
   *
   * @returns undefined if the queue is empty
   */
  async gather(draining: AbortSignal): Promise<Load | undefined> {
    const { clock, size, maxDelayMs } = this.#options
    const { targetBytes } = size
    this.#encoder.maxBytes = size.limitBytes
    let lingered = false
    while (this.#encoder.lengthBytes < targetBytes && this.#requestBytes < MOST_REQUEST_BYTES) {
      const begun = this.#begun ?? (draining.aborted ? undefined : await this.#take(draining))
      if (begun !== undefined) {
        this.#encode(begun)
      } else if (this.#entries.length > 0 && !lingered && !draining.aborted) {
        lingered = true
        await clock.sleep(maxDelayMs, draining)
      } else {
        break
      }
    }
    return this.#finish()
  }

  #finish(): Load | undefined {
    const taken = this.#encoder.lengthBytes > 0 ? this.#encoder.take() : undefined
    const body = taken === undefined ? undefined : this.#withAttempts(taken)
    if (body === undefined && this.#entries.length === 0) return undefined
    const load = { body, letters: this.#letters, entries: this.#entries }
    this.#letters = []
    this.#entries = []
    this.#requestBytes = 0
    return load
  }

  #withAttempts(body: BulkBody): BulkBody {
    if (this.#attempts.length === 0) return body
    const attempts = Array.from({ length: documentsOf(body) }, (_, index) => this.#attempts[index] ?? 0)
    this.#attempts = []
    return { ...body, attempts }
  }

  /** The next entry that can be decompressed. */
  async #take(draining: AbortSignal): Promise<Begun | undefined> {
    const { queue, clock, events, stats } = this.#options
    do {
      try {
        const entry = await queue().take(this)
        this.#backoff.reset()
        if (entry === undefined) return undefined
        stats.taken += entry.records
        const request = this.#requestOf(entry)
        if (request !== undefined) return this.#shaped(entry, request)
      } catch (error) {
        events.queueReadFailed({}, { err: messageOf(error) })
        await clock.sleep(this.#backoff.next(), draining)
      }
    } while (!draining.aborted)
    return undefined
  }

  #shaped(entry: QueueEntry, request: Buffer): Begun {
    const { header, payload } = entry
    this.#requestBytes += request.length
    const shaped = header?.kind === 'otlp_logs' ? this.#options.shaping.shape(request, header.receivedAtMs) : undefined
    if (shaped === undefined) return { entry, request, tally: undefined, nextRecord: 0 }
    if (request !== payload) freeNow(request)
    return { entry, ...shaped, nextRecord: 0 }
  }

  #requestOf(entry: QueueEntry): Buffer | undefined {
    const { header, payload, body } = entry
    if (body !== undefined) return body
    if (header === undefined) {
      this.#giveUp(entry, 'an unknown form of entry: was it written by a newer version?')
      return undefined
    }
    try {
      return decompress(payload, header.encoding, LARGEST_REQUEST_BYTES)
    } catch (error) {
      this.#giveUp(entry, messageOf(error))
      return undefined
    }
  }

  #encode(begun: Begun): void {
    const { entry, request, tally, nextRecord } = begun
    this.#begun = undefined
    try {
      const { kind = 'otlp_logs', receivedAtMs = 0, attempts = 0 } = entry.header ?? {}
      const { documents } = this.#encoder
      const added =
        kind === 'bulk'
          ? this.#encoder.addLines(request, nextRecord)
          : this.#encoder.add(request, receivedAtMs, nextRecord, tally !== undefined)
      if (attempts > 0) {
        for (let index = documents; index < this.#encoder.documents; index++) this.#attempts[index] = attempts
      }
      if (added === 'malformed') this.#giveUp(entry, `not valid ${kind}`)
      else if (added === 'all') this.#finishEntry(begun)
      else this.#begun = { ...begun, nextRecord: added.nextRecord }
    } catch (error) {
      // An entry must not keep those behind it from being indexed, whatever it is.
      this.#giveUp(entry, messageOf(error))
    }
  }

  #finishEntry({ entry, request, tally }: Begun): void {
    const { payload, ownsPayload } = entry
    if (request !== payload) freeNow(request)
    if (ownsPayload) freeNow(payload)
    this.#entries.push(tally === undefined ? entry : { ...entry, settle: () => this.#settle(entry, tally) })
  }

  #settle(entry: QueueEntry, tally: Tally): void {
    tally.report(this.#options.events)
    this.#options.stats.dropped += tally.droppedRecords
    entry.settle()
  }

  #giveUp(entry: QueueEntry, reason: string): void {
    this.#options.events.entryUndecodable({}, { records: entry.records, err: reason })
    const { header, payload, records } = entry
    this.#letters.push({
      ...{ status: 0, type: 'undecodable_entry', reason, attempts: (header?.attempts ?? 0) + 1 },
      content: {
        ...{ kind: header?.kind ?? 'unknown', encoding: header?.encoding ?? 'identity' },
        ...{ records, bytes: payload, receivedAtMs: header?.receivedAtMs ?? 0 },
      },
    })
    this.#entries.push(entry)
  }
}
