import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from '#lib/otlp/fields.ts'
import { LENGTH_DELIMITED, lengthDelimited, tag, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import type { Line } from '../decode/line.ts'
import type { Extent } from './extent.ts'
import { RECORD_OVERHEAD_BYTES, type RecordWriter } from './record-writer.ts'

/** Whose records these are: the encoded Resource field of a container instance. */
export interface Origin {
  readonly resource: Buffer
}

/** What an acknowledged batch means for a file: everything before `offset` has arrived. */
export interface Progress {
  acknowledge(): void
}

/** A finished request: the bytes to send and what its acknowledgement moves. */
export interface Request {
  /** Valid until the next batch is taken: its memory is used again. */
  readonly body: Buffer
  readonly records: number
  readonly progress: readonly Progress[]
}

export interface BatchOptions {
  /** A batch is full once its records have this many bytes. */
  readonly maxBytes: number
  /** Longest body; a record is taken whole even if it makes the batch larger than `maxBytes`. */
  readonly maxRecordBytes: number
  readonly writer: RecordWriter
  /** The encoded InstrumentationScope field. */
  readonly scope: Buffer
}

const RESOURCE_LOGS_TAG = tag(EXPORT_REQUEST.resourceLogs, LENGTH_DELIMITED)
const SCOPE_LOGS_TAG = tag(RESOURCE_LOGS.scopeLogs, LENGTH_DELIMITED)

/**
 * Collects encoded records and puts them together as one ExportLogsServiceRequest with one ResourceLogs per container
 * instance. Records are encoded once, into an arena that is used again for every batch; containers take turns, so a
 * container's records lie in several runs of the arena, which are gathered when the request is assembled.
 */
export class Batch {
  readonly #options: BatchOptions
  #arena: Buffer
  /** Where requests are assembled. A new buffer for each would be a MiB of garbage, and a full collection every few. */
  #assembly: Buffer = Buffer.alloc(0)
  /** Per container instance, the bounds of its runs in the arena: start, end, start, end, … */
  readonly #runs = new Map<Origin, number[]>()
  #current: Origin | undefined
  #currentRuns: number[] = []
  #end = 0
  #records = 0

  constructor(options: BatchOptions) {
    this.#options = options
    this.#arena = Buffer.allocUnsafeSlow(options.maxBytes + options.maxRecordBytes + RECORD_OVERHEAD_BYTES)
  }

  get records(): number {
    return this.#records
  }

  get isFull(): boolean {
    return this.#end >= this.#options.maxBytes
  }

  /**
   * Adds one record. The arena has room for one beyond a full batch; where several have to be ended at once, at a cut
   * or before a file goes, it grows.
   */
  append(origin: Origin, line: Line, extent: Extent, originalBytes: number): void {
    const neededBytes = this.#end + line.bodyEnd - line.bodyStart + line.attributes.length + RECORD_OVERHEAD_BYTES
    if (neededBytes > this.#arena.length) this.#grow(neededBytes)
    if (origin !== this.#current) this.#switchTo(origin)
    this.#end = this.#options.writer.write(this.#arena, this.#end, line, extent, originalBytes)
    this.#currentRuns[this.#currentRuns.length - 1] = this.#end
    this.#records += 1
  }

  /** Assembles the request and empties the batch. */
  take(progress: readonly Progress[]): Request {
    const { scope } = this.#options
    let total = 0
    const sections: { resource: Buffer; runs: readonly number[]; sectionBytes: number; scopeBytes: number }[] = []
    for (const [{ resource }, runs] of this.#runs) {
      let scopeBytes = scope.length
      for (let index = 0; index < runs.length; index += 2) scopeBytes += runs[index + 1]! - runs[index]!
      const sectionBytes = resource.length + 1 + varintBytes(scopeBytes) + scopeBytes
      total += 1 + varintBytes(sectionBytes) + sectionBytes
      sections.push({ resource, runs, sectionBytes, scopeBytes })
    }
    if (total > this.#assembly.length) this.#assembly = Buffer.allocUnsafeSlow(Math.ceil(total * 1.25))
    const body = this.#assembly.subarray(0, total)
    let to = 0
    for (const { resource, runs, sectionBytes, scopeBytes } of sections) {
      body[to++] = RESOURCE_LOGS_TAG
      to = writeVarint(body, to, sectionBytes)
      to += resource.copy(body, to)
      body[to++] = SCOPE_LOGS_TAG
      to = writeVarint(body, to, scopeBytes)
      to += scope.copy(body, to)
      for (let index = 0; index < runs.length; index += 2)
        to += this.#arena.copy(body, to, runs[index], runs[index + 1])
    }
    const request = { body, records: this.#records, progress }
    this.#runs.clear()
    this.#current = undefined
    this.#end = 0
    this.#records = 0
    return request
  }

  #grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(neededBytes + this.#options.maxRecordBytes)
    this.#arena.copy(grown, 0, 0, this.#end)
    this.#arena = grown
  }

  #switchTo(origin: Origin): void {
    this.#current = origin
    const runs = this.#runs.get(origin)
    if (runs === undefined) {
      this.#currentRuns = [this.#end, this.#end]
      this.#runs.set(origin, this.#currentRuns)
    } else {
      runs.push(this.#end, this.#end)
      this.#currentRuns = runs
    }
  }
}

/** The encoded InstrumentationScope field of our records. */
export function encodeScope(name: string, version: string): Buffer {
  return lengthDelimited(SCOPE_LOGS.scope, lengthDelimited(1, name), lengthDelimited(2, version))
}
