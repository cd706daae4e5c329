import { EXPORT_REQUEST, RESOURCE, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { LogsWalker } from '#lib/otlp/logs-walker.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { printNanoseconds } from './print-time.ts'
import { readKeyValue, readKeyValues, readValue, type Value } from './read-value.ts'

type Attributes = { readonly [key: string]: Value }

/** A record as the agent ships it, for people. What it does not have is left out. */
export interface ShippedRecord {
  /** RFC 3339 with nine digits. */
  readonly time?: string
  readonly severity_number?: number
  readonly severity_text?: string
  readonly body: Value
  /** Hexadecimal. */
  readonly trace_id?: string
  readonly span_id?: string
  readonly event_name?: string
  readonly attributes: Attributes
  readonly resource: Attributes
}

export interface ReadOptions {
  /** Whether the records of a resource are wanted; its attributes are those of the container. */
  readonly isWanted: (resource: Attributes) => boolean
  /** Takes a record, by its size and what reads it, which is good only during the call; returns false if no more are wanted. */
  readonly onRecord: (read: () => ShippedRecord, bytes: number) => boolean
}

/** Reads the records of an ExportLogsServiceRequest. Those of resources that nobody wants are not looked at. */
export function readRecords(body: Buffer, { isWanted, onRecord }: ReadOptions): void {
  const walker = new LogsWalker()
  const request = new ProtoReader(body)
  let start = 0
  for (let field = request.next(); field !== 0; field = request.next()) {
    const fieldStart = start
    start = request.at
    if (field !== EXPORT_REQUEST.resourceLogs) continue
    const resource = readResource(body, request.start, request.stop)
    if (!isWanted(resource)) continue
    // One field of a request is a request, too.
    const section = body.subarray(fieldStart, request.at)
    const visitor = {
      resource() {},
      scope() {},
      record: (cursor: LogRecordCursor) => onRecord(() => recordOf(section, cursor, resource), cursor.lengthBytes),
    }
    if (!walker.walk(section, visitor)) return
  }
}

function readResource(bytes: Buffer, start: number, end: number): Attributes {
  const section = new ProtoReader(bytes, start, end)
  for (let field = section.next(); field !== 0; field = section.next()) {
    if (field === RESOURCE_LOGS.resource) return readKeyValues(bytes, section.start, section.stop, RESOURCE.attributes)
  }
  return {}
}

function recordOf(bytes: Buffer, cursor: LogRecordCursor, resource: Attributes): ShippedRecord {
  const { timeHigh, timeLow, severityNumber, severityText, body, traceId, spanId, eventName } = cursor
  const attributes: [string, Value][] = []
  for (let index = 0; index < cursor.attributeCount; index++) {
    attributes.push(readKeyValue(bytes, cursor.attributes[2 * index]!, cursor.attributes[2 * index + 1]!))
  }
  const hex = ({ start, end }: { start: number; end: number }) => bytes.toString('hex', start, end)
  const text = ({ start, end }: { start: number; end: number }) => bytes.toString('utf8', start, end)
  return {
    ...(timeHigh === 0 && timeLow === 0 ? {} : { time: printNanoseconds(timeHigh, timeLow) }),
    ...(severityNumber === 0 ? {} : { severity_number: severityNumber }),
    ...(severityText.isEmpty ? {} : { severity_text: text(severityText) }),
    body: readValue(bytes, body.start, body.end),
    ...(traceId.isEmpty ? {} : { trace_id: hex(traceId) }),
    ...(spanId.isEmpty ? {} : { span_id: hex(spanId) }),
    ...(eventName.isEmpty ? {} : { event_name: text(eventName) }),
    attributes: Object.fromEntries(attributes),
    resource,
  }
}
