import { zstdCompressSync } from 'node:zlib'
import type { Clock } from '#lib/clock.ts'
import { freeNow } from '#lib/free-now.ts'
import type { CollectorEvents } from '../../events.ts'
import type { DiskQueue } from '../../queue/queue.ts'
import type { ReceiveStats } from '../stats.ts'
import type { BulkParameters } from './parameters.ts'
import { type BulkItem, type BulkLimits, type ReadBulk, readBulk } from './read-bulk.ts'

export interface BulkIntakeOptions {
  readonly queue: () => DiskQueue
  readonly events: CollectorEvents
  readonly stats: ReceiveStats
  readonly clock: Clock
  readonly limits: BulkLimits
}

const CREATED = 201

/** Checks bulk requests and queues their documents. */
export class BulkIntake {
  readonly #options: BulkIntakeOptions

  constructor(options: BulkIntakeOptions) {
    this.#options = options
  }

  /**
   * Resolves with the answer once the documents that can be taken are on disk.
   *
   * @param wasCompressed whether the sender found it worth while; then it is on disk as well
   * @throws ApiError if the body is no bulk body
   * @throws CodedError if the queue takes nothing
   */
  async take(body: Buffer, { defaults, filter }: BulkParameters, wasCompressed: boolean): Promise<object> {
    const { clock, limits, stats, events } = this.#options
    const startedMs = clock.monotonicMs()
    const read = readBulk(body, { defaults, limits, nowMs: clock.nowMs() })
    const { length } = body
    if (read.documents > 0) await this.#queue(read, wasCompressed)
    stats.count('bulk', 'logs', length)
    stats.records += read.documents
    for (const [reason, count] of countReasons(read.items)) events.recordsRejected({ reason }, { count })
    const answer = {
      took: Math.round(clock.monotonicMs() - startedMs),
      errors: read.documents < read.items.length,
      items: read.items.map(answerOf),
    }
    return filter === undefined ? answer : filter(answer)
  }

  async #queue({ lines, documents }: ReadBulk, wasCompressed: boolean): Promise<void> {
    const payload = wasCompressed ? zstdCompressSync(lines) : lines
    const encoding = wasCompressed ? 'zstd' : 'identity'
    const isInMemory = await this.#options
      .queue()
      .append({ kind: 'bulk', records: documents, body: lines, payload, encoding })
    if (!isInMemory) freeNow(lines)
  }
}

function countReasons(items: readonly BulkItem[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { problem } of items) {
    if (problem !== undefined) counts.set(problem.type, (counts.get(problem.type) ?? 0) + 1)
  }
  return counts
}

/** As Elasticsearch answers for a document that is new; of one that has been there with this id only it knows. */
function answerOf({ operation, index, id, problem }: BulkItem): object {
  if (problem !== undefined) {
    const { status } = problem
    return { [operation]: { _index: index, _id: id ?? null, status, error: problem.toCause() } }
  }
  return {
    [operation]: {
      ...{ _index: index, _id: id, _version: 1, result: 'created' },
      ...{ _shards: { total: 1, successful: 1, failed: 0 }, _seq_no: 0, _primary_term: 1, status: CREATED },
    },
  }
}
