import { join } from 'node:path'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import { type Files, replaceFile } from '#lib/files.ts'
import { type LogRecord, type Position, SegmentLog } from '#lib/segment/log.ts'
import type { SegmentReader } from '#lib/segment/reader.ts'
import type { CollectorEvents } from '../events.ts'
import { BodyCache } from './body-cache.ts'
import {
  decodeEntryHeader,
  ENTRY_HEADER_BYTES,
  type EntryEncoding,
  type EntryHeader,
  encodeEntryHeader,
} from './entry.ts'

export interface QueueOptions {
  readonly files: Files
  readonly directory: string
  readonly events: CollectorEvents
  readonly nowMs: () => number
  readonly segmentBytes: number
  /** Bytes on disk at which further requests are refused. */
  readonly maxBytes: number
  readonly maxPayloadBytes: number
  /** Bytes of fresh requests that are kept in memory, so that they need not be read and decompressed again. */
  readonly cacheBytes: number
}

/** A request on its way to the index. */
export interface QueueEntry extends EntryHeader {
  readonly payload: Buffer
  readonly records: number
  /** The uncompressed request, if it is still in memory. */
  readonly body: Buffer | undefined
  /** The entry has been dealt with. Entries may be settled in any order. */
  settle(): void
}

/** A place between two entries: what was read or settled up to there. */
interface Mark extends Position {
  /** Records of all entries before it since the queue was made. */
  readonly records: number
}

interface Taken {
  readonly end: Mark
  isSettled: boolean
}

const POSITION_FILE = 'position.json'

/**
 * The queue on disk between receiving and indexing. A request is acknowledged to its sender once it is here, so
 * nothing that was acknowledged is lost when the process is killed. What was indexed but not yet noted is indexed
 * again after a restart, under the same ids, which changes nothing.
 */
export class DiskQueue {
  readonly #options: QueueOptions
  readonly #log: SegmentLog
  readonly #cache: BodyCache
  #readTo: Mark
  #settledTo: Mark
  #savedRecords: number
  #reader: { readonly sequence: number; readonly file: SegmentReader } | undefined
  #taken: Taken[] = []
  #taking: Promise<unknown> = Promise.resolve()
  #lostRecords = 0
  #onAppend: (() => void)[] = []

  private constructor(options: QueueOptions, log: SegmentLog, start: Mark) {
    this.#options = options
    this.#log = log
    this.#cache = new BodyCache(options.cacheBytes)
    this.#readTo = start
    this.#settledTo = start
    this.#savedRecords = start.records
  }

  /** Opens or creates the queue. Whatever an earlier run left on disk, it opens. */
  static async open(options: QueueOptions): Promise<DiskQueue> {
    const { log, recovery } = await SegmentLog.open(options)
    if (recovery.tornBytes > 0) options.events.queueTailCut({}, { count: recovery.tornBytes })
    const saved = await readMark(options.files, join(options.directory, POSITION_FILE))
    const isKnown = saved !== undefined && log.lengthOf(saved.sequence) !== undefined
    const start = isKnown ? saved : { ...log.begin, records: await itemsAtBegin(log) }
    return new DiskQueue(options, log, start)
  }

  /** Records that wait to be taken. */
  get queuedRecords(): number {
    return this.#log.items - this.#readTo.records
  }

  /** Records that were damaged on disk beyond reading, since the start. */
  get lostRecords(): number {
    return this.#lostRecords
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  /**
   * Appends a request; resolves once it is on disk.
   *
   * @param body the uncompressed request
   * @throws CodedError QUEUE_FULL or DISK_FULL, both retryable: then the request is not in the queue
   */
  async append(payload: Buffer, encoding: EntryEncoding, records: number, body: Buffer): Promise<void> {
    const { maxBytes, events, nowMs, directory } = this.#options
    if (this.#log.sizeBytes + payload.length > maxBytes) {
      events.queueFull({})
      throw new CodedError('QUEUE_FULL', [this.#log.sizeBytes, maxBytes], { retryable: true })
    }
    try {
      const header = encodeEntryHeader({ encoding, receivedAtMs: nowMs() })
      this.#cache.put(await this.#log.append([header, payload], records), body)
    } catch (error) {
      events.queueWriteFailed({}, { err: messageOf(error) })
      const isFull = systemErrorCode(error) === 'ENOSPC' || systemErrorCode(error) === 'EDQUOT'
      throw isFull ? new CodedError('DISK_FULL', ['queue', directory], { cause: error, retryable: true }) : error
    }
    this.wake()
  }

  /** The next entry, if there is one. */
  take(): Promise<QueueEntry | undefined> {
    const taken = this.#taking.then(() => this.#takeNext())
    this.#taking = taken.catch(() => {})
    return taken
  }

  /** Resolves when something may have come, or when someone calls {@link wake}. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#onAppend.push(resolve))
  }

  wake(): void {
    const waiting = this.#onAppend
    this.#onAppend = []
    for (const resolve of waiting) resolve()
  }

  /** Notes on disk what was settled, and deletes segments that nobody needs. */
  async save(): Promise<void> {
    const mark = this.#settledTo
    if (mark.records === this.#savedRecords) return
    const { files, directory, events } = this.#options
    try {
      await replaceFile(files, join(directory, POSITION_FILE), JSON.stringify(mark))
      this.#savedRecords = mark.records
      await this.#log.deleteBefore(mark.sequence)
    } catch (error) {
      events.queueWriteFailed({}, { err: messageOf(error) })
    }
  }

  async close(): Promise<void> {
    this.wake()
    await this.#taking
    await this.save()
    await this.#reader?.file.close()
    await this.#log.close()
  }

  async #takeNext(): Promise<QueueEntry | undefined> {
    for (;;) {
      if (this.#log.lengthOf(this.#readTo.sequence) === undefined) return undefined
      const { sequence, file } = await this.#openReader()
      const position = { sequence, offset: file.offset }
      const record = await this.#log.read(sequence, file)
      if (record !== undefined) {
        const entry = this.#accept(position, sequence, record)
        if (entry !== undefined) return entry
        continue
      }
      const next = this.#log.after(sequence)
      if (next === undefined) return undefined
      // Appends go to the last segment only, so this one is at its end for good.
      await file.close()
      this.#reader = { sequence: next, file: await this.#log.openReader({ sequence: next, offset: 0 }) }
    }
  }

  async #openReader(): Promise<{ readonly sequence: number; readonly file: SegmentReader }> {
    this.#reader ??= { sequence: this.#readTo.sequence, file: await this.#log.openReader(this.#readTo) }
    return this.#reader
  }

  #accept(position: Position, sequence: number, record: LogRecord): QueueEntry | undefined {
    const end = { sequence, offset: record.nextOffset, records: record.itemsBefore + record.items }
    const header = decodeEntryHeader(record.payload)
    const lost = record.itemsBefore - this.#readTo.records + (header === undefined ? record.items : 0)
    this.#readTo = end
    if (lost > 0) {
      this.#lostRecords += lost
      this.#options.events.queueDamaged({}, { count: lost })
    }
    const taken: Taken = { end, isSettled: header === undefined }
    this.#taken.push(taken)
    if (header === undefined) return undefined
    return {
      ...header,
      payload: record.payload.subarray(ENTRY_HEADER_BYTES),
      records: record.items,
      body: this.#cache.take(position),
      settle: () => {
        taken.isSettled = true
        while (this.#taken[0]?.isSettled) this.#settledTo = this.#taken.shift()!.end
      },
    }
  }
}

async function readMark(files: Files, path: string): Promise<Mark | undefined> {
  try {
    const { sequence, offset, records } = JSON.parse(await files.readFile(path, 'utf8')) as Mark
    return [sequence, offset, records].every(Number.isSafeInteger) ? { sequence, offset, records } : undefined
  } catch {
    return undefined
  }
}

/** How many items the log had counted before the oldest one that is left. */
async function itemsAtBegin(log: SegmentLog): Promise<number> {
  for (let sequence: number | undefined = log.begin.sequence; sequence !== undefined; sequence = log.after(sequence)) {
    if (log.lengthOf(sequence) === undefined) break
    const reader = await log.openReader({ sequence, offset: 0 })
    const record = await log.read(sequence, reader)
    await reader.close()
    if (record !== undefined) return record.itemsBefore
  }
  return log.items
}
