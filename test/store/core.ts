import { join } from 'node:path'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import { Duplicates } from '../../store/bulk/duplicates.ts'
import { BulkIndexer, type BulkOutcome } from '../../store/bulk/indexer.ts'
import { BulkItems, parseBulk } from '../../store/bulk/parse-bulk.ts'
import { BlockCache } from '../../store/disk/block-cache.ts'
import { DayFiles } from '../../store/disk/day-files.ts'
import { openState } from '../../store/disk/recover-state.ts'
import type { StateFile } from '../../store/disk/state-file.ts'
import { STORE_EVENTS, type StoreEvents } from '../../store/events.ts'
import { Indices } from '../../store/index/indices.ts'
import { ShapeRegistry } from '../../store/json/shape.ts'
import { Maintenance } from '../../store/maintenance/maintenance.ts'
import { Merger } from '../../store/maintenance/merger.ts'
import { Retention } from '../../store/maintenance/retention.ts'
import { Templates } from '../../store/mapping/templates.ts'
import { createCounters } from '../../store/metrics.ts'
import { epochNsOf } from '../../store/time/day.ts'
import { ManualClock } from '../support/manual-clock.ts'

export interface TestDocument {
  readonly index?: string
  readonly id?: string | undefined
  readonly source: string
  readonly operation?: 'create' | 'index'
}

export interface StoredDocument {
  readonly index: string
  readonly id: string
  readonly source: string
  readonly timeNs: bigint
  readonly sequence: number
}

export const STREAM = 'logs-test-default'

/** The store's write path on real files, without HTTP. */
export class Core {
  readonly clock: ManualClock
  readonly counters = createCounters()
  readonly lines: string[] = []
  /** What the disk has free, as retention sees it; it wants 1000 bytes. */
  freeBytes: () => number = () => 2 ** 40
  readonly #directory: string
  readonly #maxBytes: number
  readonly #items = new BulkItems()
  files!: DayFiles
  state!: StateFile
  templates!: Templates
  indices!: Indices
  maintenance!: Maintenance
  registry!: Registry
  #events!: StoreEvents
  #indexer!: BulkIndexer
  #blocks!: BlockCache
  #shapes!: ShapeRegistry

  constructor(directory: string, { maxBytes = 2 ** 40, clock = new ManualClock() } = {}) {
    this.#directory = directory
    this.#maxBytes = maxBytes
    this.clock = clock
    this.start()
  }

  start(): void {
    const { clock, counters } = this
    const write = (line: string) => void this.lines.push(line)
    const logger = createLogger({ service: 'store', level: 'debug', format: 'logfmt', write })
    this.registry = createRegistry('store', '0')
    const events = createEvents('vedette_store', STORE_EVENTS, { clock, logger, registry: this.registry })
    this.#events = events
    const shapes = new ShapeRegistry()
    const blocks = new BlockCache({ maxBytes: 2 ** 24, shapes })
    const files = new DayFiles({ directory: join(this.#directory, 'days'), maxOpen: 4, events })
    files.onClose = (file) => blocks.forgetFile(file)
    const state = openState({ path: join(this.#directory, 'store.sqlite'), files, events })
    const templates = new Templates(state)
    const indices = new Indices({ state, templates, nowMs: () => clock.nowMs() })
    const onCorruptBlock = () => events.blockCorrupt({})
    const merger = new Merger({ shapes, blocks, counters, onCorruptBlock })
    const maxAgeMs = 7 * 86_400_000
    const retention = new Retention({
      files,
      indices,
      clock,
      events,
      counters,
      maxAgeMs,
      maxBytes: this.#maxBytes,
      minFreeBytes: 1000,
      freeBytes: () => this.freeBytes(),
    })
    this.maintenance = new Maintenance({ files, state, merger, retention, clock, events })
    this.#indexer = new BulkIndexer({
      state,
      indices,
      files,
      duplicates: new Duplicates({ files, blocks, onCorruptBlock }),
      nowMs: () => clock.nowMs(),
      maxDays: 64,
      onCommit: (day) => this.maintenance.dayWritten(day),
    })
    Object.assign(this, { files, state, templates, indices })
    this.#blocks = blocks
    this.#shapes = shapes
  }

  stop(): void {
    this.files.closeAll()
    this.state.close()
  }

  restart(): void {
    this.stop()
    this.start()
  }

  /** Makes `logs-*` data streams, with these mappings. */
  putStreamTemplate(mappings: object = {}): void {
    this.templates.putIndexTemplate('logs', { index_patterns: ['logs-*'], data_stream: {}, template: { mappings } })
  }

  /** Merges all that can be merged. */
  async merge(): Promise<void> {
    await this.clock.advance(21_000)
    await this.maintenance.pass()
  }

  bulk(documents: readonly TestDocument[]): BulkItems & { readonly outcome: BulkOutcome } {
    const body = documents.map(({ index = STREAM, id, source, operation = 'create' }) => {
      const action = { [operation]: { _index: index, ...(id === undefined ? {} : { _id: id }) } }
      return `${JSON.stringify(action)}\n${source}\n`
    })
    return this.bulkBody(Buffer.from(body.join('')))
  }

  bulkBody(body: Buffer): BulkItems & { readonly outcome: BulkOutcome } {
    // As in the service: the memory of one request is used again for the next.
    const items = this.#items
    parseBulk(body, this.#shapes, items)
    const request = { index: undefined, requireDataStream: false, includeSourceOnError: true }
    return Object.assign(items, { outcome: this.#indexer.run(items, request) })
  }

  statuses(documents: readonly TestDocument[]): number[] {
    const items = this.bulk(documents)
    return [...items.statuses.subarray(0, items.count)]
  }

  /** Everything that is stored, in order of arrival. */
  documents(): StoredDocument[] {
    const found: StoredDocument[] = []
    for (const day of this.files.days) {
      const file = this.files.open(day)
      if (file === undefined) continue
      const names = new Map(file.readIndices().map(({ uid, name }) => [uid, name]))
      for (const uid of file.uids) {
        for (const meta of file.blocksOf(uid)) {
          const block = this.#blocks.read(file, meta)
          for (let row = 0; row < block.rows; row++) {
            found.push({
              index: names.get(uid)!,
              id: block.idOf(row),
              source: block.sourceOf(row).toString(),
              timeNs: epochNsOf(day, block.ns[row]!),
              sequence: block.sequences[row]!,
            })
          }
        }
      }
    }
    return found.sort((a, b) => a.sequence - b.sequence)
  }

  blockRows(): number[] {
    return this.files.days.flatMap((day) => {
      const file = this.files.open(day)
      return file === undefined ? [] : file.uids.flatMap((uid) => file.blocksOf(uid).map(({ rows }) => rows))
    })
  }

  async metric(name: string): Promise<number> {
    const metric = await this.registry.getSingleMetric(name)?.get()
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
  }

  get events(): StoreEvents {
    return this.#events
  }
}
