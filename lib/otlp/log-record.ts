import { LOG_RECORD, SHAPED_RECORD } from './fields.ts'
import type { ProtoReader } from './proto-reader.ts'
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire.ts'

/** A range of the request's bytes; empty (`start === end`) if the field was absent. */
export class Span {
  start = 0
  end = 0

  set(start: number, end: number): void {
    this.start = start
    this.end = end
  }

  get isEmpty(): boolean {
    return this.start === this.end
  }
}

/**
 * One log record of a request, as ranges of its bytes. There is one instance, filled again for every record: an object
 * for each would cost more than the rest of decoding.
 */
export class LogRecordCursor {
  timeHigh = 0
  timeLow = 0
  observedHigh = 0
  observedLow = 0
  severityNumber = 0
  flags = 0
  /** Where the whole record begins, and its bytes. */
  start = 0
  lengthBytes = 0
  readonly severityText = new Span()
  readonly body = new Span()
  readonly traceId = new Span()
  readonly spanId = new Span()
  readonly eventName = new Span()
  /** Of SHAPED_RECORD. */
  readonly structured = new Span()
  readonly dataStream = new Span()
  /** Start and end of each KeyValue, in turn; `attributeCount` of them are valid. */
  readonly attributes: number[] = []
  attributeCount = 0

  /** Reads the record at a range; returns false if it is malformed. */
  read(reader: ProtoReader, start: number, end: number): boolean {
    this.#clear()
    this.start = start
    this.lengthBytes = end - start
    let hasBody = false
    reader.reset(start, end)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      switch (field) {
        case LOG_RECORD.timeUnixNano:
          if (reader.wireType !== FIXED64) return false
          this.timeHigh = reader.high
          this.timeLow = reader.low
          break
        case LOG_RECORD.observedTimeUnixNano:
          if (reader.wireType !== FIXED64) return false
          this.observedHigh = reader.high
          this.observedLow = reader.low
          break
        case LOG_RECORD.severityNumber:
          if (reader.wireType !== VARINT) return false
          this.severityNumber = reader.value
          break
        case LOG_RECORD.flags:
          if (reader.wireType !== FIXED32) return false
          this.flags = reader.low
          break
        case LOG_RECORD.attributes:
          if (reader.wireType !== LENGTH_DELIMITED) return false
          this.attributes[2 * this.attributeCount] = reader.start
          this.attributes[2 * this.attributeCount + 1] = reader.stop
          this.attributeCount += 1
          break
        case LOG_RECORD.body:
          // A body in two pieces would have to be merged; no encoder writes one.
          if (reader.wireType !== LENGTH_DELIMITED || hasBody) return false
          hasBody = true
          this.body.set(reader.start, reader.stop)
          break
        default:
          if (!this.#readSpan(reader, field)) return false
      }
    }
    return !reader.failed
  }

  #readSpan(reader: ProtoReader, field: number): boolean {
    const span = this.#spanOf(field)
    if (span === undefined) return true
    if (reader.wireType !== LENGTH_DELIMITED) return false
    span.set(reader.start, reader.stop)
    return true
  }

  #spanOf(field: number): Span | undefined {
    switch (field) {
      case LOG_RECORD.severityText:
        return this.severityText
      case LOG_RECORD.traceId:
        return this.traceId
      case LOG_RECORD.spanId:
        return this.spanId
      case LOG_RECORD.eventName:
        return this.eventName
      case SHAPED_RECORD.structured:
        return this.structured
      case SHAPED_RECORD.dataStream:
        return this.dataStream
      default:
        return undefined
    }
  }

  #clear(): void {
    this.timeHigh = 0
    this.timeLow = 0
    this.observedHigh = 0
    this.observedLow = 0
    this.severityNumber = 0
    this.flags = 0
    this.severityText.set(0, 0)
    this.body.set(0, 0)
    this.traceId.set(0, 0)
    this.spanId.set(0, 0)
    this.eventName.set(0, 0)
    this.structured.set(0, 0)
    this.dataStream.set(0, 0)
    this.attributeCount = 0
  }
}
