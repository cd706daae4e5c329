import { type DefinedSeries, DefinitionWriter } from './definition-writer.ts'
import { DEFINITIONS_HEAD, SAMPLES_HEAD } from './payload.ts'
import { CHUNK_SAMPLES, type Chunk, SampleBuffer } from './sample-buffer.ts'
import type { SampleQueue } from './sample-queue.ts'
import { maxSampleBytes, STALE_FLAG, writeSamples } from './sample-records.ts'

export interface QueueWriterOptions {
  /** Only asked once there is something to write. */
  readonly queue: () => SampleQueue
  /** A series of the table as it is to be sent, or undefined if it is not. */
  readonly seriesOf: (row: number) => DefinedSeries | undefined
  /** Since when it counts, if that is to be sent: a change makes it another series in the queue. */
  readonly startMsOf: ((row: number) => number) | undefined
  /** There is so much that it should be written now. */
  readonly onDue: () => void
  readonly onWritten: (samples: number) => void
  readonly onLost: (reason: 'disk_error' | 'buffer_full', samples: number, error?: unknown) => void
}

/** Marks of rows in place of numbers of series. */
const UNKNOWN = 0
const NOT_SENT = -1
/** Two million samples, 40 MB: a disk that stands still takes no more memory. */
const MAX_CHUNKS = 32
/** Definitions are a payload of their own beyond this. */
const LARGE_DEFINITIONS_BYTES = 4 * 1024 ** 2
/** A segment is ended at its size only if this many times what its definitions take is samples: else it is all definitions. */
const SAMPLES_PER_DEFINITION_BYTE = 2

/**
 * Takes samples by the row of the table, synchronously and without objects, and writes them to the queue when asked. What a
 * row stands for is written once for each segment.
 */
export class QueueWriter {
  readonly #options: QueueWriterOptions
  readonly #buffer: SampleBuffer
  readonly #scratch = Buffer.allocUnsafeSlow(maxSampleBytes(CHUNK_SAMPLES))
  #definitions = new DefinitionWriter()
  /** By row: the number of its series and 1. */
  #numbers = new Int32Array(4_096)
  #starts = new Float64Array(0)
  #taken: Buffer[] = []
  #definitionBytes = 0
  #sampleBytes = 0
  #lost = 0
  /** Samples that the configuration does not want. */
  notWanted = 0

  constructor(options: QueueWriterOptions) {
    this.#options = options
    this.#buffer = new SampleBuffer(MAX_CHUNKS, options.onDue)
    if (options.startMsOf !== undefined) this.#starts = new Float64Array(this.#numbers.length)
  }

  /** Samples that are not on disk yet. */
  get samples(): number {
    return this.#buffer.samples
  }

  sample(row: number, value: number, timeMs: number): void {
    this.#add(row, 0, value, timeMs)
  }

  ended(row: number, timeMs: number): void {
    this.#add(row, STALE_FLAG, 0, timeMs)
  }

  forgotten(row: number): void {
    if (row < this.#numbers.length) this.#numbers[row] = UNKNOWN
  }

  /** Writes all that has come. Never rejects: what cannot be written is lost and told. */
  async flush(): Promise<void> {
    this.#tellLost()
    if (this.#buffer.isEmpty) return
    const { onWritten } = this.#options
    const queue = this.#options.queue()
    const chunks = this.#buffer.take()
    const definitions = this.#takeDefinitions()
    let left = chunks.reduce((sum, { length }) => sum + length, 0)
    const isLast = this.#isSegmentFull()
    // What comes while this is being written is of the next segment.
    if (isLast) this.#beginSegment()
    try {
      for (const payload of definitions) await queue.append([DEFINITIONS_HEAD, payload], 0)
      for (const chunk of chunks) {
        await this.#write(chunk)
        left -= chunk.length
        onWritten(chunk.length)
      }
      if (isLast) await queue.endSegment()
    } catch (error) {
      await this.#giveUp(left, error)
    } finally {
      this.#buffer.giveBack(chunks)
    }
  }

  #add(row: number, flag: number, value: number, timeMs: number): void {
    let number = row < this.#numbers.length ? this.#numbers[row]! : UNKNOWN
    const { startMsOf } = this.#options
    if (number === UNKNOWN || (startMsOf !== undefined && number > 0 && startMsOf(row) !== this.#starts[row])) {
      number = this.#define(row)
    }
    if (number === NOT_SENT) {
      this.notWanted += 1
      return
    }
    if (!this.#buffer.add((number - 1 + flag) >>> 0, value, Math.trunc(timeMs))) this.#lost += 1
  }

  #define(row: number): number {
    if (row >= this.#numbers.length) this.#grow(row)
    const { startMsOf, seriesOf } = this.#options
    const series = seriesOf(row)
    const number = series === undefined ? NOT_SENT : this.#definitions.define(series) + 1
    this.#numbers[row] = number
    if (startMsOf !== undefined) this.#starts[row] = startMsOf(row)
    if (this.#definitions.pendingBytes > LARGE_DEFINITIONS_BYTES) this.#taken.push(this.#definitions.take()!)
    return number
  }

  #grow(row: number): void {
    const length = Math.max(row + 1, 2 * this.#numbers.length)
    const numbers = new Int32Array(length)
    numbers.set(this.#numbers)
    this.#numbers = numbers
    if (this.#options.startMsOf === undefined) return
    const starts = new Float64Array(length)
    starts.set(this.#starts)
    this.#starts = starts
  }

  #takeDefinitions(): readonly Buffer[] {
    const last = this.#definitions.take()
    const payloads = last === undefined ? this.#taken : [...this.#taken, last]
    this.#taken = []
    for (const { length } of payloads) this.#definitionBytes += length
    return payloads
  }

  #isSegmentFull(): boolean {
    const { segmentBytes } = this.#options.queue()
    const bytes = this.#definitionBytes + this.#sampleBytes
    const isWorthIt = this.#sampleBytes >= SAMPLES_PER_DEFINITION_BYTE * this.#definitionBytes
    return bytes >= segmentBytes && (isWorthIt || bytes >= 4 * segmentBytes)
  }

  #beginSegment(): void {
    this.#definitions = new DefinitionWriter()
    this.#taken = []
    this.#numbers.fill(UNKNOWN)
    this.#definitionBytes = 0
    this.#sampleBytes = 0
  }

  async #write(chunk: Chunk): Promise<void> {
    const bytes = writeSamples(chunk, chunk.length, this.#scratch)
    this.#sampleBytes += bytes
    await this.#options.queue().append([SAMPLES_HEAD, this.#scratch.subarray(0, bytes)], chunk.length)
  }

  /** The log goes on in another segment, where what came in the meantime is not defined. */
  async #giveUp(samples: number, error: unknown): Promise<void> {
    const { queue, onLost } = this.#options
    const chunks = this.#buffer.take()
    const more = chunks.reduce((sum, { length }) => sum + length, 0)
    this.#buffer.giveBack(chunks)
    this.#beginSegment()
    onLost('disk_error', samples + more, error)
    await queue()
      .endSegment()
      .catch(() => {})
  }

  #tellLost(): void {
    if (this.#lost === 0) return
    this.#options.onLost('buffer_full', this.#lost)
    this.#lost = 0
  }
}
