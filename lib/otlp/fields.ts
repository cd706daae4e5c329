/** Field numbers of OTLP's logs messages (opentelemetry-proto 1.x, `logs.proto`, `common.proto`, `resource.proto`). */
export const EXPORT_REQUEST = { resourceLogs: 1 } as const
export const RESOURCE_LOGS = { resource: 1, scopeLogs: 2, schemaUrl: 3 } as const
export const SCOPE_LOGS = { scope: 1, logRecords: 2, schemaUrl: 3 } as const
export const RESOURCE = { attributes: 1, droppedAttributesCount: 2 } as const
export const SCOPE = { name: 1, version: 2, attributes: 3, droppedAttributesCount: 4 } as const
export const LOG_RECORD = {
  timeUnixNano: 1,
  severityNumber: 2,
  severityText: 3,
  body: 5,
  attributes: 6,
  droppedAttributesCount: 7,
  flags: 8,
  traceId: 9,
  spanId: 10,
  observedTimeUnixNano: 11,
  eventName: 12,
} as const
/**
 * Fields of ours in a LogRecord that a stage adds for one behind it; nobody trusts them in what came from outside. A
 * structure that was found in the text, as JSON; and the data stream that the record is for.
 */
export const SHAPED_RECORD = { structured: 2046, dataStream: 2047 } as const
export const KEY_VALUE = { key: 1, value: 2 } as const
export const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4, array: 5, kvlist: 6, bytes: 7 } as const
export const ARRAY_VALUE = { values: 1 } as const
export const KEY_VALUE_LIST = { values: 1 } as const
/** Of OTLP's traces messages (`trace_service.proto`, `trace.proto`). */
export const EXPORT_TRACES_REQUEST = { resourceSpans: 1 } as const
export const RESOURCE_SPANS = { resource: 1, scopeSpans: 2 } as const
export const SCOPE_SPANS = { scope: 1, spans: 2 } as const
export const SPAN = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTimeUnixNano: 7,
  endTimeUnixNano: 8,
  attributes: 9,
  events: 11,
  status: 15,
} as const
export const SPAN_EVENT = { timeUnixNano: 1, name: 2, attributes: 3 } as const
export const SPAN_STATUS = { message: 2, code: 3 } as const
/** Those of the answer are the same for all signals. */
export const EXPORT_RESPONSE = { partialSuccess: 1 } as const
export const PARTIAL_SUCCESS = { rejected: 1, errorMessage: 2 } as const
/** google.rpc.Status, the body of every error. */
export const STATUS = { code: 1, message: 2, details: 3 } as const
/** google.protobuf.Any, and what stands in it: google.rpc.RetryInfo with a google.protobuf.Duration. */
export const ANY = { typeUrl: 1, value: 2 } as const
export const RETRY_INFO = { retryDelay: 1 } as const
export const DURATION = { seconds: 1 } as const
