import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from './fields.ts'
import { LogRecordCursor } from './log-record.ts'
import { ProtoReader } from './proto-reader.ts'
import { LENGTH_DELIMITED } from './wire.ts'

/** What a walk calls, in this order: a resource, its scopes, each with its records. Ranges are empty for what is absent. */
export interface LogsVisitor {
  resource(start: number, end: number): void
  scope(start: number, end: number): void
  /** The record is valid only during the call. Returns false to end the walk as malformed. */
  record(record: LogRecordCursor): boolean
}

/**
 * Walks an ExportLogsServiceRequest without building objects (measured: eight times as fast as decoding it with
 * protobufjs). A resource or scope that stands behind its records is found first, as protobuf allows any order. What no
 * encoder writes, a message in pieces that would have to be merged, is refused as malformed.
 */
export class LogsWalker {
  readonly #record = new LogRecordCursor()
  #bytes: Buffer = Buffer.alloc(0)
  #request = new ProtoReader(this.#bytes)
  #section = new ProtoReader(this.#bytes)
  #logs = new ProtoReader(this.#bytes)
  #fields = new ProtoReader(this.#bytes)

  /** Returns false if the bytes are no valid request; what came before the fault has been visited. */
  walk(bytes: Buffer, visitor: LogsVisitor): boolean {
    if (bytes !== this.#bytes) this.#aim(bytes)
    const request = this.#request
    request.reset(0, bytes.length)
    for (let field = request.next(); field !== 0; field = request.next()) {
      if (field !== EXPORT_REQUEST.resourceLogs) continue
      if (request.wireType !== LENGTH_DELIMITED) return false
      if (!this.#walkSection(request.start, request.stop, visitor)) return false
    }
    return !request.failed
  }

  #aim(bytes: Buffer): void {
    this.#bytes = bytes
    for (const reader of [this.#request, this.#section, this.#logs, this.#fields]) reader.bytes = bytes
  }

  #walkSection(start: number, end: number, visitor: LogsVisitor): boolean {
    const section = this.#section
    if (!find(section, start, end, RESOURCE_LOGS.resource)) return false
    visitor.resource(section.start, section.stop)
    section.reset(start, end)
    let resources = 0
    for (let field = section.next(); field !== 0; field = section.next()) {
      if (field === RESOURCE_LOGS.resource && ++resources > 1) return false
      if (field !== RESOURCE_LOGS.scopeLogs) continue
      if (section.wireType !== LENGTH_DELIMITED) return false
      if (!this.#walkScope(section.start, section.stop, visitor)) return false
    }
    return !section.failed
  }

  #walkScope(start: number, end: number, visitor: LogsVisitor): boolean {
    const logs = this.#logs
    if (!find(logs, start, end, SCOPE_LOGS.scope)) return false
    visitor.scope(logs.start, logs.stop)
    logs.reset(start, end)
    let scopes = 0
    for (let field = logs.next(); field !== 0; field = logs.next()) {
      if (field === SCOPE_LOGS.scope && ++scopes > 1) return false
      if (field !== SCOPE_LOGS.logRecords) continue
      if (logs.wireType !== LENGTH_DELIMITED) return false
      if (!this.#record.read(this.#fields, logs.start, logs.stop)) return false
      if (!visitor.record(this.#record)) return false
    }
    return !logs.failed
  }
}

/** Leaves the reader at the first message field of a number, or at an empty range; returns false if malformed. */
function find(reader: ProtoReader, start: number, end: number, wanted: number): boolean {
  reader.reset(start, end)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === wanted) return reader.wireType === LENGTH_DELIMITED
  }
  reader.start = end
  reader.stop = end
  return !reader.failed
}
