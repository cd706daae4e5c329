import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Burial } from '../dead-letter/burial.ts'
import type { DiskQueue } from '../queue/queue.ts'
import type { BulkSender } from './bulk-sender.ts'
import type { Cluster, Stopping } from './cluster.ts'
import type { Flow } from './flow.ts'
import { Gatherer, type GathererOptions } from './gatherer.ts'

export interface IndexerOptions {
  readonly queue: () => DiskQueue
  readonly sender: BulkSender
  readonly burial: Burial
  readonly flow: Flow
  readonly cluster: Cluster
  readonly clock: Clock
  readonly gathering: GathererOptions
  /** Most bulk requests under way at once. */
  readonly concurrency: number
}

const SAVE_MS = 1_000

/** Moves what is in the queue to Elasticsearch: takes requests, encodes them together, has them delivered, settles them. */
export class Indexer implements Service {
  readonly name = 'indexer'
  readonly #options: IndexerOptions
  readonly #draining = new AbortController()
  readonly #giveUp = new AbortController()
  readonly #stopping: Stopping = { draining: this.#draining.signal, giveUp: this.#giveUp.signal }
  #workers: Promise<unknown> = Promise.resolve()
  #cancelSave: () => void = () => {}

  constructor(options: IndexerOptions) {
    this.#options = options
  }

  start(): void {
    this.#workers = this.#run()
    this.#scheduleSave()
  }

  /** Delivers what was taken, if Elasticsearch takes it at the first attempt; the rest is safe in the queue. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#draining.abort()
    this.#cancelSave()
    const giveUp = () => this.#giveUp.abort()
    deadline.addEventListener('abort', giveUp, { once: true })
    if (deadline.aborted) giveUp()
    this.#options.queue().wake()
    await this.#workers
    deadline.removeEventListener('abort', giveUp)
  }

  /** Nothing is sent before the template is there: a data stream that began without it would keep the wrong mapping. */
  async #run(): Promise<void> {
    if (!(await this.#options.cluster.ready(this.#stopping))) return
    const workers = Array.from({ length: this.#options.concurrency }, (_, worker) => this.#work(worker))
    await Promise.all(workers)
  }

  async #work(worker: number): Promise<void> {
    const { queue, sender, burial, flow, gathering } = this.#options
    let gatherer: Gatherer | undefined
    while (!this.#draining.signal.aborted || gatherer?.isMidEntry) {
      // What is left of an entry must not wait: the queue is settled in order.
      if (!gatherer?.isMidEntry && !(await flow.turnOf(worker, this.#draining.signal))) return
      gatherer ??= new Gatherer(gathering)
      const arrival = queue().arrival()
      const load = await gatherer.gather(this.#draining.signal)
      if (load === undefined) {
        await arrival
        continue
      }
      const isDelivered =
        (load.body === undefined || (await sender.deliver(load.body, this.#stopping))) &&
        (await burial.bury(load.letters, this.#draining.signal))
      if (!isDelivered) return
      for (const entry of load.entries) entry.settle()
    }
  }

  #scheduleSave(): void {
    this.#cancelSave = this.#options.clock.after(SAVE_MS, () => {
      void this.#options.queue().save()
      if (!this.#draining.signal.aborted) this.#scheduleSave()
    })
  }
}
