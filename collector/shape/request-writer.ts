import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from '#lib/otlp/fields.ts'
import { LENGTH_DELIMITED, tag, varintBytes, writeVarint } from '#lib/otlp/wire.ts'
import { Arena } from '../encode/arena.ts'
import { writeBytes } from '../encode/json-writer.ts'

/** A length that is not known yet is written in as many bytes as the longest takes. */
const OPEN_LENGTH_BYTES = 5
const LARGEST_TAG_BYTES = 2
const NONE = -1

/** Writes an ExportLogsServiceRequest, record by record. What is the same for records is written before the first of them. */
export class RequestWriter {
  readonly #arena = new Arena()
  #resource: Buffer = Buffer.alloc(0)
  #scope: Buffer = Buffer.alloc(0)
  /** Where the lengths of open messages stand. */
  #section = NONE
  #scopeLogs = NONE
  #record = NONE

  /** Begins anew. */
  begin(): void {
    this.#arena.length = 0
    this.#section = NONE
    this.#scopeLogs = NONE
    this.#record = NONE
  }

  /** The resource and scope of the records that follow, as their messages. */
  setScope(resource: Buffer, scope: Buffer): void {
    this.#closeSection()
    this.#resource = resource
    this.#scope = scope
  }

  beginRecord(): void {
    if (this.#section === NONE) {
      this.#section = this.#open(EXPORT_REQUEST.resourceLogs)
      this.field(RESOURCE_LOGS.resource, this.#resource)
      this.#scopeLogs = this.#open(RESOURCE_LOGS.scopeLogs)
      this.field(SCOPE_LOGS.scope, this.#scope)
    }
    this.#record = this.#open(SCOPE_LOGS.logRecords)
  }

  endRecord(): void {
    this.#close(this.#record)
    this.#record = NONE
  }

  /** Forgets what was written of a record. */
  abandonRecord(): void {
    if (this.#record === NONE) return
    this.#arena.length = this.#record - 1
    this.#record = NONE
  }

  /** Bytes that are whole fields, as they are. */
  raw(bytes: Buffer, start: number, end: number): void {
    const arena = this.#arena
    arena.reserve(end - start)
    writeBytes(arena, bytes.subarray(start, end))
  }

  /** A field that is a message or a text. */
  field(number: number, content: Buffer): void {
    const arena = this.#arena
    arena.reserve(LARGEST_TAG_BYTES + OPEN_LENGTH_BYTES + content.length)
    this.#tag(number)
    arena.length = writeVarint(arena.bytes, arena.length, content.length)
    writeBytes(arena, content)
  }

  /** A field that is a message with one field, a text. */
  nestedField(number: number, inner: number, content: Buffer): void {
    const arena = this.#arena
    arena.reserve(2 * (LARGEST_TAG_BYTES + OPEN_LENGTH_BYTES) + content.length)
    this.#tag(number)
    arena.length = writeVarint(arena.bytes, arena.length, 1 + varintBytes(content.length) + content.length)
    this.#tag(inner)
    arena.length = writeVarint(arena.bytes, arena.length, content.length)
    writeBytes(arena, content)
  }

  /** A field that is a small number. */
  numberField(number: number, value: number): void {
    const arena = this.#arena
    arena.reserve(LARGEST_TAG_BYTES + OPEN_LENGTH_BYTES)
    arena.length = writeVarint(arena.bytes, arena.length, number << 3)
    arena.length = writeVarint(arena.bytes, arena.length, value)
  }

  /** The request, with memory of its own. */
  take(): Buffer {
    this.#closeSection()
    const written = this.#arena.take()
    const taken = Buffer.allocUnsafeSlow(written.length)
    written.copy(taken)
    return taken
  }

  #closeSection(): void {
    if (this.#section === NONE) return
    this.#close(this.#scopeLogs)
    this.#close(this.#section)
    this.#section = NONE
  }

  #tag(number: number): void {
    const arena = this.#arena
    if (number < 16) arena.bytes[arena.length++] = tag(number, LENGTH_DELIMITED)
    else arena.length = writeVarint(arena.bytes, arena.length, tag(number, LENGTH_DELIMITED))
  }

  /** Begins a message, one of few fields; returns where its length stands. */
  #open(number: number): number {
    const arena = this.#arena
    arena.reserve(1 + OPEN_LENGTH_BYTES)
    this.#tag(number)
    const at = arena.length
    arena.length += OPEN_LENGTH_BYTES
    return at
  }

  #close(at: number): void {
    const { bytes, length } = this.#arena
    let rest = length - at - OPEN_LENGTH_BYTES
    for (let index = 0; index < OPEN_LENGTH_BYTES - 1; index++) {
      bytes[at + index] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at + OPEN_LENGTH_BYTES - 1] = rest
  }
}
