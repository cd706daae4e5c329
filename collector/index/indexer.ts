import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorEvents } from '../events.ts'
import type { DiskQueue, QueueEntry } from '../queue/queue.ts'
import { decompress } from '../receive/content.ts'
import { BulkEncoder } from './bulk-encoder.ts'
import type { BulkSender, IndexStats } from './bulk-sender.ts'
import type { Elasticsearch } from './elasticsearch.ts'
import { putTemplate, type TemplateOptions } from './template.ts'

export interface IndexerOptions {
  readonly queue: () => DiskQueue
  readonly sender: BulkSender
  readonly elasticsearch: Elasticsearch
  readonly template: TemplateOptions
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly stats: IndexStats
  readonly dataStream: string
  /** Bulk requests under way at once. */
  readonly concurrency: number
  /** A bulk request is sent once it has this many bytes, */
  readonly maxBytes: number
  /** or once its first record has waited this long. */
  readonly maxDelayMs: number
  readonly maxRequestBytes: number
  readonly backoff: BackoffOptions
}

const SAVE_MS = 1_000

/** Moves what is in the queue to Elasticsearch: takes requests, encodes them together, has them delivered, settles them. */
export class Indexer implements Service {
  readonly name = 'indexer'
  readonly #options: IndexerOptions
  /** Ends taking; what was taken is still delivered. */
  #stopping = false
  /** Ends delivering. */
  readonly #giveUp = new AbortController()
  #workers: Promise<unknown> = Promise.resolve()
  #cancelSave: () => void = () => {}

  constructor(options: IndexerOptions) {
    this.#options = options
  }

  start(): void {
    this.#workers = this.#run()
    this.#scheduleSave()
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping = true
    this.#cancelSave()
    const giveUp = () => this.#giveUp.abort()
    deadline.addEventListener('abort', giveUp, { once: true })
    if (deadline.aborted) giveUp()
    this.#options.queue().wake()
    await this.#workers
    deadline.removeEventListener('abort', giveUp)
  }

  async #run(): Promise<void> {
    await this.#prepare()
    const workers = Array.from({ length: this.#options.concurrency }, () => this.#work())
    await Promise.all(workers)
  }

  /** Nothing is sent before the template is there: a data stream that began without it would keep the wrong mapping. */
  async #prepare(): Promise<void> {
    const { elasticsearch, template, clock, events } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    while (!this.#stopping) {
      const problem = await putTemplate(elasticsearch, template, this.#giveUp.signal)
      if (problem === undefined) return
      events.templateFailed({}, { err: problem, attempt: backoff.attempt + 1 })
      await clock.sleep(backoff.next(), this.#giveUp.signal)
    }
  }

  async #work(): Promise<void> {
    const { queue, sender, dataStream } = this.#options
    const encoder = new BulkEncoder(dataStream)
    while (!this.#stopping) {
      const entries = await this.#gather(encoder)
      if (entries.length === 0) {
        await queue().arrival()
      } else if (encoder.lengthBytes === 0 || (await sender.deliver(encoder.take(), this.#giveUp.signal))) {
        for (const entry of entries) entry.settle()
      }
    }
  }

  /** Takes entries until there are enough for a request, or the first one has waited long enough for more. */
  async #gather(encoder: BulkEncoder): Promise<readonly QueueEntry[]> {
    const { queue, clock, stats, maxBytes, maxDelayMs } = this.#options
    const entries: QueueEntry[] = []
    let lingered = false
    while (encoder.lengthBytes < maxBytes) {
      const entry = await queue().take()
      if (entry !== undefined) {
        stats.taken += entry.records
        this.#encode(encoder, entry)
        entries.push(entry)
      } else if (entries.length > 0 && !lingered && !this.#stopping) {
        lingered = true
        await clock.sleep(maxDelayMs, this.#giveUp.signal)
      } else {
        break
      }
    }
    return entries
  }

  #encode(encoder: BulkEncoder, entry: QueueEntry): void {
    const { events, stats, maxRequestBytes } = this.#options
    try {
      const body = entry.body ?? decompress(entry.payload, entry.encoding, maxRequestBytes)
      if (encoder.add(body, entry.receivedAtMs)) return
      events.entryUndecodable({}, { records: entry.records })
    } catch (error) {
      events.entryUndecodable({}, { records: entry.records, err: messageOf(error) })
    }
    stats.undecodable += entry.records
  }

  #scheduleSave(): void {
    this.#cancelSave = this.#options.clock.after(SAVE_MS, () => {
      void this.#options.queue().save()
      if (!this.#stopping) this.#scheduleSave()
    })
  }
}
