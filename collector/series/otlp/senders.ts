import type { SeriesTable } from '../series-table.ts'
import { MAX_AHEAD_MS } from '../series-table.ts'
import type { Source } from '../sources.ts'
import type { BaseLabels } from './labels.ts'
import { ENTRY_BYTES, MetricEntries, type MetricHeads } from './metric-entries.ts'
import { baseLabels, describeResource, type LabelOptions, type ResourceDescription, TARGET_INFO } from './resource.ts'

const SENDER_BYTES = 2_000
const MAX_SENDERS = 100_000

/** Who sends under one resource, or one scope of it if scopes are labels. */
export class Sender {
  /** Of the spellings of numbers; that of distributions is one more. */
  readonly context: number
  readonly base: BaseLabels
  readonly entries: MetricEntries
  source: Source
  readonly #info: readonly string[] | undefined
  readonly #now: Now
  #heardIn = -1

  constructor(description: ResourceDescription, source: Source, base: BaseLabels, context: number, shared: Shared) {
    this.source = source
    this.base = base
    this.context = context
    this.entries = new MetricEntries(shared.heads)
    this.#info = description.info
    this.#now = shared.now
  }

  /** Notices that a point came; returns its time, or now if that can't be. */
  hear(table: SeriesTable, timeMs: number): number {
    const now = this.#now
    const taken = timeMs > now.ms + MAX_AHEAD_MS || !(timeMs > 0) ? now.ms : timeMs
    if (this.#heardIn === now.request) return taken
    this.#heardIn = now.request
    this.source.hear(now.monotonicMs, taken)
    if (this.#info !== undefined) table.put(this.source.spec, TARGET_INFO, 'target_info', this.#info, 1, taken)
    return taken
  }
}

interface Now {
  request: number
  ms: number
  monotonicMs: number
}

interface Shared {
  readonly heads: MetricHeads
  readonly now: Now
}

/** All senders, by the bytes of their resources. */
export class Senders {
  readonly #table: SeriesTable
  readonly #options: LabelOptions
  readonly #byKey = new Map<string, Sender>()
  readonly #shared: Shared = { heads: new Map(), now: { request: 0, ms: 0, monotonicMs: 0 } }
  #contexts = 1
  #bytes = 0

  constructor(table: SeriesTable, options: LabelOptions) {
    this.#table = table
    this.#options = options
  }

  /** A request begins. */
  begin(request: number): void {
    const { now } = this.#shared
    now.request = request
    now.ms = this.#table.nowMs
    now.monotonicMs = this.#table.monotonicMs
  }

  /** The sender of a resource and scope, or undefined if they are malformed or there are too many. */
  find(bytes: Buffer, start: number, end: number, scopeStart: number, scopeEnd: number): Sender | undefined {
    const { hasScopeLabels } = this.#options
    const resource = bytes.toString('latin1', start, end)
    const key = hasScopeLabels
      ? `${end - start} ${resource}${bytes.toString('latin1', scopeStart, scopeEnd)}`
      : resource
    const sender =
      this.#byKey.get(key) ?? this.#add(key, bytes.subarray(start, end), bytes.subarray(scopeStart, scopeEnd))
    if (sender === undefined) return undefined
    if (sender.source.isGone) sender.source = this.#table.store.sources.open(sender.source.spec)
    sender.entries.rewind()
    return sender
  }

  /** Forgets senders of which nothing is left, and says anew what the others take. */
  sweep(): void {
    let bytes = 0
    for (const [key, { source, entries }] of this.#byKey) {
      if (source.isGone) {
        entries.clear()
        this.#byKey.delete(key)
      } else bytes += SENDER_BYTES + 2 * key.length + ENTRY_BYTES * entries.size
    }
    this.#table.store.otherBytes += bytes - this.#bytes
    this.#bytes = bytes
  }

  #add(key: string, resource: Buffer, scope: Buffer): Sender | undefined {
    if (this.#byKey.size >= MAX_SENDERS) return undefined
    const description = describeResource(resource)
    if (description === undefined) return undefined
    const source = this.#table.store.sources.open(description.source)
    // Contexts are not used again: what was spelled in the one of a sender that is gone is never found.
    this.#contexts += 2
    const base = baseLabels(description, scope, this.#options)
    const sender = new Sender(description, source, base, this.#contexts, this.#shared)
    this.#byKey.set(key, sender)
    return sender
  }
}
