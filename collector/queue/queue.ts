import { join } from 'node:path'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import { type LogRecord, SegmentLog } from '#lib/segment/log.ts'
import type { Placed } from '#lib/segment/position.ts'
import type { SegmentReader } from '#lib/segment/reader.ts'
import type { CollectorEvents } from '../events.ts'
import {
  decodeEntryHeader,
  ENTRY_HEADER_BYTES,
  type EntryEncoding,
  type EntryHeader,
  type EntryKind,
  encodeEntryHeader,
} from './entry.ts'
import { FreshEntries } from './fresh-entries.ts'
import { type Mark, readMark, writeMark } from './mark.ts'

export interface QueueOptions {
  readonly files: Files
  readonly directory: string
  readonly events: CollectorEvents
  readonly nowMs: () => number
  readonly segmentBytes: number
  /** Bytes on disk at which further requests are refused. */
  readonly maxBytes: number
  /** Bytes of fresh requests that are kept in memory, as sent and uncompressed, so that they need not be read again. */
  readonly cacheBytes: number
}

/** What is to be queued. Its buffers are the queue's from then on. */
export interface QueueRequest {
  readonly kind: EntryKind
  /** The request as it came. */
  readonly payload: Buffer
  readonly encoding: EntryEncoding
  readonly records: number
  /** The uncompressed request. */
  readonly body: Buffer
}

/** A request on its way to the index. */
export interface QueueEntry {
  /** Undefined if this version does not know the entry's form, as after a downgrade; then the payload is all of it. */
  readonly header: EntryHeader | undefined
  readonly payload: Buffer
  readonly records: number
  /** The uncompressed request, if it is still in memory; then it and the payload are for whoever takes the entry alone. */
  readonly body: Buffer | undefined
  /** The entry has been dealt with. Entries may be settled in any order. */
  settle(): void
}

type EntryContent = Omit<QueueEntry, 'settle'>

interface Taken {
  readonly end: Mark
  isSettled: boolean
}

const POSITION_FILE = 'position.json'
/**
 * What a damaged length on disk may at most claim. It has nothing to do with the limit of requests, which may have
 * been lowered since an entry was written.
 */
const LONGEST_ENTRY_BYTES = 1024 ** 3

/**
 * The queue on disk between receiving and indexing. A request is acknowledged to its sender once it is here, so
 * nothing that was acknowledged is lost when the process is killed. What was indexed but not yet noted is indexed
 * again after a restart, under the same ids, which changes nothing.
 */
export class DiskQueue {
  readonly #options: QueueOptions
  readonly #log: SegmentLog
  readonly #fresh: FreshEntries
  #readTo: Mark
  #settledTo: Mark
  #savedRecords: number
  #reader: { readonly sequence: number; readonly file: SegmentReader } | undefined
  #taken: Taken[] = []
  #taking: Promise<unknown> = Promise.resolve()
  #saving: Promise<void> = Promise.resolve()
  #lostRecords = 0
  #recoveredRecords: number
  /** Bytes of appends that are not on disk yet. */
  #appendingBytes = 0
  #onAppend: (() => void)[] = []

  private constructor(options: QueueOptions, log: SegmentLog, start: Mark) {
    this.#options = options
    this.#log = log
    this.#fresh = new FreshEntries(options.cacheBytes)
    this.#readTo = start
    this.#settledTo = start
    this.#savedRecords = start.records
    this.#recoveredRecords = this.queuedRecords
  }

  /** Opens or creates the queue. Whatever an earlier run left on disk, it opens. */
  static async open(options: QueueOptions): Promise<DiskQueue> {
    const saved = await readMark(options.files, join(options.directory, POSITION_FILE))
    const { log, recovery } = await SegmentLog.open({
      ...options,
      maxPayloadBytes: LONGEST_ENTRY_BYTES,
      ...(saved === undefined ? {} : { reached: { ...saved, items: saved.records } }),
    })
    if (recovery.tornBytes > 0) options.events.queueTailCut({}, { count: recovery.tornBytes })
    return new DiskQueue(options, log, await startOf(log, saved))
  }

  /** Records that wait to be taken. */
  get queuedRecords(): number {
    return this.#log.items - this.#readTo.records
  }

  /** Records that were damaged on disk beyond reading, since the start. */
  get lostRecords(): number {
    return this.#lostRecords
  }

  /** Records that an earlier run left here. */
  get recoveredRecords(): number {
    return this.#recoveredRecords
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  /**
   * Appends a request; resolves once it is on disk.
   *
   * @returns whether its buffers are kept in memory as well; if not, they are the caller's again
   * @throws CodedError QUEUE_FULL or DISK_FULL, both retryable: then the request is not in the queue
   */
  async append({ kind, payload, encoding, records, body }: QueueRequest): Promise<boolean> {
    const { events, nowMs, directory } = this.#options
    this.#refuseIfFull(payload.length)
    this.#appendingBytes += payload.length
    let isKept = false
    try {
      const header = { kind, encoding, receivedAtMs: nowMs() }
      const placed = await this.#log.append([encodeEntryHeader(header), payload], records)
      isKept = this.#fresh.put({ placed, header, payload, records, body })
    } catch (error) {
      events.queueWriteFailed({}, { err: messageOf(error) })
      const isFull = systemErrorCode(error) === 'ENOSPC' || systemErrorCode(error) === 'EDQUOT'
      throw isFull ? new CodedError('DISK_FULL', ['queue', directory], { cause: error, retryable: true }) : error
    } finally {
      this.#appendingBytes -= payload.length
    }
    this.wake()
    return isKept
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
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  async close(): Promise<void> {
    this.wake()
    await this.#taking
    await this.save()
    await this.#reader?.file.close()
    await this.#log.close()
  }

  async #save(): Promise<void> {
    const mark = this.#settledTo
    if (mark.records === this.#savedRecords) return
    const { files, directory, events } = this.#options
    try {
      await writeMark(files, join(directory, POSITION_FILE), mark)
      this.#savedRecords = mark.records
      await this.#log.deleteBefore(mark.sequence)
    } catch (error) {
      events.queueWriteFailed({}, { err: messageOf(error) })
    }
  }

  /** An empty queue takes whatever comes, or a request that alone is too large would be turned away for ever. */
  #refuseIfFull(bytes: number): void {
    const { maxBytes, events } = this.#options
    const isEmpty = this.#settledTo.records === this.#log.items && this.#appendingBytes === 0
    const { sizeBytes } = this.#log
    if (isEmpty || sizeBytes + this.#appendingBytes + bytes <= maxBytes) return
    events.queueFull({})
    throw new CodedError('QUEUE_FULL', [sizeBytes, maxBytes], { retryable: true })
  }

  async #takeNext(): Promise<QueueEntry | undefined> {
    for (;;) {
      const reader = await this.#openReader()
      if (reader === undefined) return undefined
      const { sequence, file } = reader
      const fresh = this.#fresh.take({ sequence, offset: file.offset })
      if (fresh !== undefined) {
        file.skipTo(fresh.placed.nextOffset)
        return this.#accept(fresh.placed, fresh)
      }
      const record = await this.#log.read(sequence, file)
      if (record !== undefined) return this.#accept({ sequence, ...record }, readEntry(record))
      const next = this.#log.after(sequence)
      if (next === undefined) return undefined
      // Appends go to the last segment only, so this one is at its end for good.
      const nextFile = await this.#log.openReader({ sequence: next, offset: 0 })
      this.#reader = { sequence: next, file: nextFile }
      await file.close()
    }
  }

  async #openReader(): Promise<{ readonly sequence: number; readonly file: SegmentReader } | undefined> {
    if (this.#reader === undefined) {
      const { sequence } = this.#readTo
      if (this.#log.lengthOf(sequence) === undefined) return undefined
      this.#reader = { sequence, file: await this.#log.openReader(this.#readTo) }
    }
    return this.#reader
  }

  #accept({ sequence, nextOffset, itemsBefore }: Placed, { header, payload, records, body }: EntryContent): QueueEntry {
    const gap = itemsBefore - this.#readTo.records
    this.#readTo = { sequence, offset: nextOffset, records: itemsBefore + records }
    if (gap > 0) {
      this.#lostRecords += gap
      this.#options.events.queueDamaged({}, { count: gap })
    } else {
      // A write that failed and could not be cut off either: nobody was told that it is here, but it is.
      this.#recoveredRecords -= gap
    }
    const taken: Taken = { end: this.#readTo, isSettled: false }
    this.#taken.push(taken)
    return {
      ...{ header, payload, records, body },
      settle: () => {
        taken.isSettled = true
        while (this.#taken[0]?.isSettled) this.#settledTo = this.#taken.shift()!.end
      },
    }
  }
}

function readEntry({ payload, items }: LogRecord): EntryContent {
  const header = decodeEntryHeader(payload)
  return {
    header,
    payload: header === undefined ? payload : payload.subarray(ENTRY_HEADER_BYTES),
    records: items,
    body: undefined,
  }
}

/** Where reading begins: behind what was noted as settled, as far as the log still knows that place. */
async function startOf(log: SegmentLog, saved: Mark | undefined): Promise<Mark> {
  const length = saved === undefined ? undefined : log.lengthOf(saved.sequence)
  if (saved === undefined || length === undefined) return { ...log.begin, records: await itemsAtBegin(log) }
  // Damage at the end of the segment was cut off, and the place with it.
  return { ...saved, offset: Math.min(saved.offset, length) }
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
