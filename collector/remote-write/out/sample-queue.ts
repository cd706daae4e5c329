import { join } from 'node:path'
import type { Files } from '#lib/files.ts'
import { segmentFileName } from '#lib/segment/header.ts'
import { type LogRecord, SegmentLog } from '#lib/segment/log.ts'
import type { SegmentReader } from '#lib/segment/reader.ts'
import { POSITION_FILE, readMark, writeMark } from '../../queue/mark.ts'
import { Definitions } from './definitions.ts'
import { DEFINITIONS, MAX_PAYLOAD_BYTES } from './payload.ts'
import type { Taken } from './slice.ts'

export interface SampleQueueOptions {
  readonly files: Files
  readonly directory: string
  /** Beyond this, the oldest segment goes. */
  readonly maxBytes: number
  /** A segment is ended at this size; some of `maxBytes` unless told. */
  readonly segmentBytes?: number
  /** A segment of which the last is older goes. */
  readonly maxAgeMs: number
  readonly nowMs: () => number
  readonly onDropped: (reason: 'queue_full' | 'too_old' | 'damaged', samples: number) => void
}

/** A payload of samples, still as bytes. */
export interface StoredSamples {
  readonly payload: Buffer
  readonly samples: number
  readonly definitions: Definitions
  readonly taken: Taken
  /** It was written before this process began. */
  readonly isRecovered: boolean
}

/** Where a payload begins that was read and is not settled. */
interface Unsettled {
  readonly sequence: number
  readonly offset: number
  readonly itemsBefore: number
  readonly taken: Taken
}

interface Reading {
  readonly sequence: number
  readonly reader: SegmentReader
  readonly definitions: Definitions
}

/** Where reading begins, and the samples before it. */
interface Start {
  readonly sequence: number
  readonly offset: number
  readonly items: number
}

const LARGEST_SEGMENT_BYTES = 64 * 1024 ** 2
const SEGMENTS = 8

/**
 * The queue of one remote write on disk: what samples there are, what of them is read, and what is settled. It is read
 * from where all before is settled; a segment is deleted once all of it is.
 */
export class SampleQueue {
  readonly segmentBytes: number
  readonly #options: SampleQueueOptions
  readonly #log: SegmentLog
  /** Segments from here on were written by this process. */
  readonly #ownSequence: number
  readonly #unsettled: Unsettled[] = []
  #reading: Reading | undefined
  /** Where reading goes on; in its segment, samples before the offset are settled. */
  #at: { readonly sequence: number; readonly offset: number }
  #readItems: number
  #savedMark = ''
  #openSamples = 0
  /** Whether the reader is in the middle of a read. */
  #isBusy = false

  private constructor(options: SampleQueueOptions, log: SegmentLog, start: Start) {
    this.#options = options
    this.#log = log
    this.#at = start
    this.#readItems = start.items
    const { sequence } = log.end
    this.#ownSequence = log.lengthOf(sequence) === undefined ? sequence : sequence + 1
    this.segmentBytes = options.segmentBytes ?? Math.min(LARGEST_SEGMENT_BYTES, Math.floor(options.maxBytes / SEGMENTS))
  }

  /** Opens or makes a queue. Whatever is on disk, it starts: a torn tail is cut, and this process begins a segment. */
  static async open(options: SampleQueueOptions): Promise<SampleQueue> {
    const { files, directory } = options
    await files.mkdir(directory, { recursive: true })
    const mark = await readMark(files, join(directory, POSITION_FILE))
    const reached = mark === undefined ? undefined : { ...mark, items: mark.records }
    const { log } = await SegmentLog.open({
      ...{ files, directory, maxPayloadBytes: MAX_PAYLOAD_BYTES },
      segmentBytes: Number.MAX_SAFE_INTEGER,
      ...(reached === undefined ? {} : { reached }),
    })
    await log.endSegment()
    const { sequence } = log.begin
    const isThere = reached !== undefined && reached.sequence >= sequence
    return new SampleQueue(options, log, isThere ? reached : { ...log.begin, items: await log.itemsBefore(sequence) })
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  /** Samples that are neither sent nor given up. */
  get samples(): number {
    return this.#log.items - this.#readItems + this.#openSamples
  }

  /** Appends a payload; resolves once it is on disk. @throws the system's error */
  async append(parts: readonly Uint8Array[], samples: number): Promise<void> {
    await this.#log.append(parts, samples)
  }

  /** What is appended from now on is in another segment. */
  endSegment(): Promise<void> {
    return this.#log.endSegment()
  }

  /** The next samples, or undefined if there are no more just now. To be called by one reader only. */
  async next(): Promise<StoredSamples | undefined> {
    for (;;) {
      const reading = this.#reading ?? (await this.#open())
      if (reading === undefined) return undefined
      const { sequence, reader } = reading
      const limit = this.#log.lengthOf(sequence)
      this.#isBusy = true
      const record = await this.#read(reading, limit).finally(() => {
        this.#isBusy = false
      })
      if (this.#reading !== reading) {
        await reader.close()
      } else if (record !== undefined) {
        const stored = this.#accept(reading, record)
        if (stored !== undefined) return stored
      } else {
        const after = this.#log.after(sequence)
        // There may have been an append while it was read.
        if (after === undefined && this.#log.lengthOf(sequence) === limit) return undefined
        if (after !== undefined && this.#log.lengthOf(sequence) === limit) await this.#leave(reading, after)
      }
    }
  }

  /** Samples of a payload are sent or given up. */
  settle(taken: Taken, samples: number): void {
    taken.open -= samples
    this.#openSamples -= samples
    while (this.#unsettled[0]?.taken.open === 0) this.#unsettled.shift()
  }

  /** Gives up what is beyond the limits, and remembers on disk how far it is. */
  async keep(): Promise<void> {
    await this.#limit()
    const { sequence, offset, itemsBefore } = this.#unsettled[0] ?? { ...this.#at, itemsBefore: this.#readItems }
    const mark = { sequence, offset, records: itemsBefore, dropped: [] }
    const text = JSON.stringify(mark)
    if (text === this.#savedMark) return
    const { files, directory } = this.#options
    await writeMark(files, join(directory, POSITION_FILE), mark)
    this.#savedMark = text
    await this.#log.deleteBefore(sequence)
  }

  async close(): Promise<void> {
    await this.keep().catch(() => {})
    await this.#reading?.reader.close()
    this.#reading = undefined
    await this.#log.close()
  }

  async #open(): Promise<Reading | undefined> {
    const at = this.#at
    const sequence = this.#log.lengthOf(at.sequence) === undefined ? this.#log.after(at.sequence) : at.sequence
    if (sequence === undefined) return undefined
    // From its begin: what its series are stands before.
    const reader = await this.#log.openReader({ sequence, offset: 0 }).catch(() => undefined)
    if (reader === undefined || this.#at !== at) {
      await reader?.close()
      return reader === undefined ? undefined : this.#open()
    }
    this.#at = sequence === at.sequence ? at : { sequence, offset: 0 }
    this.#reading = { sequence, reader, definitions: new Definitions() }
    return this.#reading
  }

  async #read({ sequence, reader }: Reading, limit: number | undefined): Promise<LogRecord | undefined> {
    return limit === undefined ? undefined : await this.#log.read(sequence, reader)
  }

  #accept(reading: Reading, record: LogRecord): StoredSamples | undefined {
    const { sequence, definitions } = reading
    const { payload, items, itemsBefore, offset, nextOffset } = record
    const rest = payload.subarray(1)
    if (payload[0] === DEFINITIONS) {
      definitions.add(rest)
      return undefined
    }
    if (nextOffset <= this.#at.offset) return undefined
    const lost = itemsBefore - this.#readItems
    if (lost > 0) this.#options.onDropped('damaged', lost)
    this.#readItems = itemsBefore + items
    this.#at = { sequence, offset: nextOffset }
    const taken = { open: items }
    this.#unsettled.push({ sequence, offset, itemsBefore, taken })
    this.#openSamples += items
    return { payload: rest, samples: items, definitions, taken, isRecovered: sequence < this.#ownSequence }
  }

  async #leave({ reader }: Reading, next: number): Promise<void> {
    this.#reading = undefined
    this.#at = { sequence: next, offset: 0 }
    await reader.close()
  }

  async #limit(): Promise<void> {
    const { maxBytes, maxAgeMs, nowMs } = this.#options
    for (;;) {
      const { sequence } = this.#log.begin
      const next = this.#log.after(sequence)
      // All of it is settled: it goes with the mark.
      if (next === undefined || sequence < (this.#unsettled[0]?.sequence ?? this.#at.sequence)) return
      if (this.#log.sizeBytes > maxBytes) await this.#drop(sequence, next, 'queue_full')
      else if (nowMs() - (await this.#writtenMs(sequence)) > maxAgeMs) await this.#drop(sequence, next, 'too_old')
      else return
    }
  }

  async #writtenMs(sequence: number): Promise<number> {
    const { files, directory } = this.#options
    return (await files.stat(join(directory, segmentFileName(sequence)))).mtimeMs
  }

  /** What of the segment was read is still being sent. */
  async #drop(sequence: number, next: number, reason: 'queue_full' | 'too_old'): Promise<void> {
    const items = await this.#log.itemsBefore(next)
    if (this.#at.sequence <= sequence) {
      const dropped = items - this.#readItems
      this.#readItems = items
      this.#at = { sequence: next, offset: 0 }
      const reading = this.#reading
      this.#reading = undefined
      // Where one is under way, it closes the reader then.
      if (!this.#isBusy) await reading?.reader.close()
      if (dropped > 0) this.#options.onDropped(reason, dropped)
    }
    await this.#log.delete(sequence)
  }
}
