import { join } from 'node:path'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import type { SegmentLog } from '#lib/segment/log.ts'
import type { CollectorEvents } from '../events.ts'
import type { Order, WhenFull } from './config.ts'
import { Dispatcher } from './dispatcher.ts'
import { DroppedSegments } from './dropped-segments.ts'
import { type EntryEncoding, type EntryHeader, type EntryKind, encodeEntryHeader } from './entry.ts'
import { EntryReader, type StoredEntry } from './entry-reader.ts'
import { FreshEntries } from './fresh-entries.ts'
import { POSITION_FILE, type SavedMark, writeMark } from './mark.ts'
import { Progress } from './progress.ts'
import { recover } from './recover.ts'
import { Room, type RoomOptions } from './room.ts'
import type { Carrier } from './stream-order.ts'

export interface QueueOptions extends RoomOptions {
  readonly events: CollectorEvents
  readonly nowMs: () => number
  readonly segmentBytes: number
  readonly whenFull: WhenFull
  readonly order: Order
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
  /** Of a dead letter that is replayed: how often it was refused before. */
  readonly attempts?: number
}

/** A request on its way to the index. */
export interface QueueEntry {
  /** Undefined if this version does not know the entry's form, as after a downgrade; then the payload is all of it. */
  readonly header: EntryHeader | undefined
  readonly payload: Buffer
  readonly records: number
  /** Whether the payload has memory of its own. One that was read from disk shares it with its neighbours. */
  readonly ownsPayload: boolean
  /** The uncompressed request, if it is in memory. It is for whoever takes the entry alone. */
  readonly body: Buffer | undefined
  /** The entry has been dealt with. Entries may be settled in any order. */
  settle(): void
}

/**
 * The queue on disk between receiving and indexing. A request is acknowledged to its sender once it is here, so
 * nothing that was acknowledged is lost when the process is killed. What was indexed but not yet noted is indexed
 * again after a restart, under the same ids, which changes nothing.
 */
export class DiskQueue {
  readonly #options: QueueOptions
  readonly #log: SegmentLog
  readonly #fresh: FreshEntries
  readonly #reader: EntryReader
  readonly #room: Room
  readonly #progress: Progress
  readonly #dispatcher = new Dispatcher({ next: () => this.#takeNext(), wake: () => this.wake() })
  readonly #recoveredRecords: number
  #saved: SavedMark
  #taking: Promise<unknown> = Promise.resolve()
  #saving: Promise<unknown> = Promise.resolve()
  /** Bytes of appends that are not on disk yet. */
  #appendingBytes = 0
  /** When the oldest entry was received that waits or was taken last, as far as that is known. */
  #oldestAtMs: number | undefined
  #onAppend: (() => void)[] = []

  private constructor(options: QueueOptions, log: SegmentLog, start: SavedMark) {
    this.#options = options
    this.#log = log
    this.#fresh = new FreshEntries(options.cacheBytes)
    this.#reader = new EntryReader(log, this.#fresh, start)
    this.#room = new Room(options)
    this.#progress = new Progress(start, new DroppedSegments(start.dropped))
    this.#saved = start
    this.#recoveredRecords = this.queuedRecords
  }

  /** Opens or creates the queue. Whatever an earlier run left on disk, it opens. */
  static async open(options: QueueOptions): Promise<DiskQueue> {
    const { log, start, oldestAtMs } = await recover(options)
    const queue = new DiskQueue(options, log, start)
    queue.#oldestAtMs = oldestAtMs
    await queue.look()
    return queue
  }

  /** Records that wait to be taken. */
  get queuedRecords(): number {
    return this.#progress.unread(this.#log.items) + this.#dispatcher.waitingRecords
  }

  /** Records that were damaged on disk beyond reading, since the start. */
  get lostRecords(): number {
    return this.#progress.lostRecords
  }

  /** Records that an earlier run left here. */
  get recoveredRecords(): number {
    return this.#recoveredRecords + this.#progress.untoldRecords
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  /** Bytes that the disk has free, as of the last look. */
  get freeBytes(): number {
    return this.#room.freeBytes
  }

  /** When the oldest request was received that is not settled, epoch milliseconds; undefined if all are. */
  get oldestAtMs(): number | undefined {
    if (this.#isEmpty) return undefined
    return this.#progress.oldestAtMs ?? this.#oldestAtMs
  }

  /** Looks how much the disk has free. To be called now and then. */
  look(): Promise<void> {
    return this.#room.look()
  }

  /**
   * Appends a request; resolves once it is on disk.
   *
   * @returns whether its buffers are kept in memory as well; if not, they are the caller's again
   * @throws CodedError QUEUE_FULL, DISK_LOW or DISK_FULL, all retryable: then the request is not in the queue
   */
  async append({ kind, payload, encoding, records, body, attempts }: QueueRequest): Promise<boolean> {
    const { events, nowMs, directory } = this.#options
    if (this.#problem(payload.length) !== undefined) await this.#makeRoom(payload.length)
    if (this.#isEmpty) this.#oldestAtMs = nowMs()
    this.#appendingBytes += payload.length
    let isKept = false
    try {
      const header = { kind, encoding, receivedAtMs: nowMs(), ...(attempts === undefined ? {} : { attempts }) }
      const placed = await this.#log.append([encodeEntryHeader(header), payload], records)
      this.#room.written(payload.length)
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

  /**
   * The next entry, if there is one; where the order of streams is kept, the next one that may go together with what
   * others carry on.
   *
   * @param by what is taken by one carrier it passes on in the order in which it took it
   */
  take(by: Carrier = this): Promise<QueueEntry | undefined> {
    return this.#inTurn(() => (this.#options.order === 'stream' ? this.#dispatcher.take(by) : this.#takeNext()))
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
    return this.#alone(() => this.#save())
  }

  async close(): Promise<void> {
    this.wake()
    await this.#taking
    await this.save()
    await this.#reader.close()
    await this.#log.close()
  }

  get #isEmpty(): boolean {
    return this.#appendingBytes === 0 && this.#progress.unsettled(this.#log.items) === 0
  }

  async #save(): Promise<void> {
    const { settledTo, dropped } = this.#progress
    dropped.forgetBefore(settledTo.sequence)
    const { ranges } = dropped
    if (settledTo.records === this.#saved.records && ranges === this.#saved.dropped) return
    try {
      await this.#note({ ...settledTo, dropped: ranges })
      await this.#log.deleteBefore(settledTo.sequence)
    } catch (error) {
      this.#options.events.queueWriteFailed({}, { err: messageOf(error) })
    }
  }

  async #note(mark: SavedMark): Promise<void> {
    const { files, directory } = this.#options
    await writeMark(files, join(directory, POSITION_FILE), mark)
    this.#saved = mark
  }

  #problem(bytes: number): CodedError | undefined {
    return this.#room.problem(bytes, this.#log.sizeBytes + this.#appendingBytes, this.#isEmpty)
  }

  /** @throws what is in the way, if nothing may be given up for it */
  async #makeRoom(bytes: number): Promise<void> {
    const { whenFull, events } = this.#options
    if (whenFull === 'drop_oldest') await this.save()
    for (let problem = this.#problem(bytes); problem !== undefined; problem = this.#problem(bytes)) {
      const isDropped = whenFull === 'drop_oldest' && (await this.#inTurn(() => this.#dropOldest(bytes)))
      if (isDropped) continue
      if (problem.code === 'QUEUE_FULL') events.queueFull({})
      else events.queueDiskLow({}, { err: problem.message })
      throw problem
    }
  }

  /**
   * Gives up the oldest segment of which nothing has been read. What was taken from those before is on its way, and must
   * be there after a crash; the last one is being written to. It is noted before it is done: a crash in between does it
   * later, and counts nothing twice.
   *
   * @returns whether there may be room now
   */
  async #dropOldest(bytes: number): Promise<boolean> {
    // Others waited for the same room.
    if (this.#problem(bytes) === undefined) return true
    const { dropped } = this.#progress
    const { events } = this.#options
    const reading = this.#reader.sequence
    const oldest = this.#log.after(reading)
    const next = oldest === undefined ? undefined : this.#log.after(oldest)
    if (oldest === undefined || next === undefined) return false
    try {
      const records = (await this.#log.itemsBefore(next)) - (await this.#log.itemsBefore(oldest))
      const ranges = dropped.rangesWith(oldest, records, reading)
      await this.#alone(() => this.#note({ ...this.#progress.settledTo, dropped: ranges }))
      dropped.set(ranges)
      events.recordsDropped({ reason: 'queue_full' }, { count: records })
      this.#room.written(-this.#log.lengthOf(oldest)!)
      await this.#log.delete(oldest)
      return true
    } catch (error) {
      events.queueWriteFailed({}, { err: messageOf(error) })
      return false
    }
  }

  /** After what was read or dropped before. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#taking.then(action)
    this.#taking = done.catch(() => {})
    return done
  }

  /** After what was noted before. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#saving.then(action)
    this.#saving = done.catch(() => {})
    return done
  }

  async #takeNext(): Promise<QueueEntry | undefined> {
    const entry = await this.#reader.next()
    return entry === undefined ? undefined : this.#accept(entry)
  }

  #accept(entry: StoredEntry): QueueEntry {
    const { header, payload, records, body } = entry
    const ownsPayload = body !== undefined
    const { lost, settle } = this.#progress.accept(entry)
    if (lost > 0) this.#options.events.queueDamaged({}, { count: lost })
    this.#oldestAtMs = header?.receivedAtMs
    return { header, payload, records, ownsPayload, body, settle }
  }
}
