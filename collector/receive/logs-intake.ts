import { CodedError } from '#lib/errors.ts'
import { freeNow } from '#lib/free-now.ts'
import { cutRecords } from '#lib/otlp/cut-records.ts'
import type { PartialSuccess } from '#lib/otlp/responses.ts'
import { inspectLogs, type LogsSummary, MAX_VALUE_DEPTH, type RefusalReason } from '#lib/otlp/validate.ts'
import type { CollectorEvents } from '../events.ts'
import type { ContainerTable } from '../log-series/container-counts.ts'
import { RequestCounts } from '../log-series/request-counts.ts'
import { ENTRY_ENCODINGS, type EntryEncoding } from '../queue/entry.ts'
import type { DiskQueue } from '../queue/queue.ts'
import type { ReceiveStats, Transport } from './stats.ts'

export interface LogsIntakeOptions {
  readonly queue: () => Pick<DiskQueue, 'append'>
  readonly events: CollectorEvents
  readonly stats: ReceiveStats
  /** Counts what is taken, by container and level, if that is asked for. */
  readonly containers?: ContainerTable | undefined
  /** Largest request after decompression. */
  readonly maxRequestBytes: number
  readonly maxRequestRecords: number
  readonly maxRecordBytes: number
  readonly maxRecordValues: number
}

/** A request as it arrived. Its buffers are the intake's from then on. */
export interface ReceivedRequest {
  readonly transport: Transport
  /** An ExportLogsServiceRequest in protobuf. */
  readonly body: Buffer
  /** The same as it was sent, if it was sent compressed. */
  readonly sent?: { readonly payload: Buffer; readonly encoding: string }
}

/** How many times its limit a request may have once its resources are written out for each of their records. */
const LARGEST_EXPANSION = 16
const ACCEPTED: PartialSuccess = { rejected: 0, message: '' }

/** Checks requests of logs, by whatever transport they came, and queues them. */
export class LogsIntake {
  readonly #options: LogsIntakeOptions

  constructor(options: LogsIntakeOptions) {
    this.#options = options
  }

  /**
   * Resolves once all records that can be taken are on disk.
   *
   * @returns how many of its records are refused for good, while the others are taken
   * @throws CodedError if nothing of it is taken
   */
  async take({ transport, body, sent }: ReceivedRequest): Promise<PartialSuccess> {
    const { queue, stats, events, containers, maxRequestRecords, maxRecordBytes, maxRecordValues } = this.#options
    const limits = { maxRecords: maxRequestRecords, maxBytes: maxRecordBytes, maxValues: maxRecordValues }
    const counts = containers === undefined ? undefined : new RequestCounts(containers, body)
    const summary = inspectLogs(body, limits, counts)
    if (summary === undefined) throw new CodedError('PAYLOAD_MALFORMED', ['not a valid ExportLogsServiceRequest'])
    this.#checkSize(summary)
    const { refused } = summary
    const records = summary.records - refused.size
    const { length } = body
    if (records > 0) {
      const kept = refused.size === 0 ? body : cutRecords(body, (place) => refused.has(place))
      const isAsSent = sent !== undefined && kept === body && isEntryEncoding(sent.encoding)
      const entry = isAsSent
        ? (sent as { payload: Buffer; encoding: EntryEncoding })
        : { payload: kept, encoding: 'identity' as const }
      const isInMemory = await queue().append({ kind: 'otlp_logs', records, body: kept, ...entry })
      if (!isInMemory) for (const buffer of new Set([kept, body, sent?.payload ?? body])) freeNow(buffer)
    }
    counts?.commit()
    stats.count(transport, 'logs', length)
    stats.records += records
    if (refused.size === 0) return ACCEPTED
    const reasons = countReasons(refused)
    for (const [reason, count] of reasons) events.recordsRejected({ reason }, { count, transport })
    return { rejected: refused.size, message: this.#explain(reasons) }
  }

  #checkSize({ records, expandedBytes }: LogsSummary): void {
    const { maxRequestBytes, maxRequestRecords } = this.#options
    if (records > maxRequestRecords) throw new CodedError('TOO_MANY_RECORDS', [maxRequestRecords])
    if (expandedBytes > LARGEST_EXPANSION * maxRequestBytes) {
      const size = `${expandedBytes} (with the resource of each record written out)`
      throw new CodedError('PAYLOAD_TOO_LARGE', [size, LARGEST_EXPANSION * maxRequestBytes])
    }
  }

  #explain(reasons: ReadonlyMap<RefusalReason, number>): string {
    const { maxRecordBytes, maxRecordValues } = this.#options
    const words: Readonly<Record<RefusalReason, string>> = {
      too_deep: `nested deeper than ${MAX_VALUE_DEPTH} levels`,
      too_many_values: `with more than ${maxRecordValues} values`,
      too_large: `with more than ${maxRecordBytes} bytes`,
    }
    return `records were refused: ${Array.from(reasons, ([reason, count]) => `${count} ${words[reason]}`).join(', ')}`
  }
}

function isEntryEncoding(encoding: string): encoding is EntryEncoding {
  return ENTRY_ENCODINGS.includes(encoding as EntryEncoding)
}

function countReasons(refused: ReadonlyMap<number, RefusalReason>): Map<RefusalReason, number> {
  const counts = new Map<RefusalReason, number>()
  for (const reason of refused.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return counts
}
