import { encodeAttribute } from '#lib/otlp/attributes.ts'
import {
  EXPORT_TRACES_REQUEST,
  RESOURCE,
  RESOURCE_SPANS,
  SCOPE,
  SCOPE_SPANS,
  SPAN,
  SPAN_EVENT,
  SPAN_STATUS,
} from '#lib/otlp/fields.ts'
import { FIXED64, lengthDelimited, tag, VARINT } from '#lib/otlp/wire.ts'
import type { EndedSpan } from './recorded-span.ts'
import type { Attributes, SpanKind } from './span.ts'

/** Values of OTLP's `SpanKind`. */
const KINDS: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4 }
/** Of OTLP's `StatusCode`. */
const STATUS_ERROR = 2
const SCOPE_NAME = 'alertmanager'

/** An ExportTraceServiceRequest (opentelemetry-proto 1.x) with these spans, all of one process. */
export function encodeTraces(resource: Attributes, spans: readonly EndedSpan[]): Buffer {
  return lengthDelimited(
    EXPORT_TRACES_REQUEST.resourceSpans,
    lengthDelimited(RESOURCE_SPANS.resource, ...attributes(RESOURCE.attributes, resource)),
    lengthDelimited(
      RESOURCE_SPANS.scopeSpans,
      lengthDelimited(SCOPE_SPANS.scope, lengthDelimited(SCOPE.name, SCOPE_NAME)),
      ...spans.map(encodeSpan),
    ),
  )
}

function encodeSpan(span: EndedSpan): Buffer {
  const { context, parentSpanId, failure } = span
  return lengthDelimited(
    SCOPE_SPANS.spans,
    lengthDelimited(SPAN.traceId, Buffer.from(context.traceId, 'hex')),
    lengthDelimited(SPAN.spanId, Buffer.from(context.spanId, 'hex')),
    ...(context.state === '' ? [] : [lengthDelimited(SPAN.traceState, context.state)]),
    ...(parentSpanId === undefined ? [] : [lengthDelimited(SPAN.parentSpanId, Buffer.from(parentSpanId, 'hex'))]),
    lengthDelimited(SPAN.name, span.name),
    Buffer.from([tag(SPAN.kind, VARINT), KINDS[span.kind]]),
    moment(SPAN.startTimeUnixNano, span.startMs),
    moment(SPAN.endTimeUnixNano, span.endMs),
    ...attributes(SPAN.attributes, span.attributes),
    ...span.events.map((event) =>
      lengthDelimited(
        SPAN.events,
        moment(SPAN_EVENT.timeUnixNano, event.atMs),
        lengthDelimited(SPAN_EVENT.name, event.name),
        ...attributes(SPAN_EVENT.attributes, event.attributes),
      ),
    ),
    ...(failure === undefined ? [] : [encodeFailure(failure)]),
  )
}

function encodeFailure(message: string): Buffer {
  return lengthDelimited(
    SPAN.status,
    lengthDelimited(SPAN_STATUS.message, message),
    Buffer.from([tag(SPAN_STATUS.code, VARINT), STATUS_ERROR]),
  )
}

function attributes(field: number, values: Attributes): Buffer[] {
  return Object.entries(values).map(([name, value]) => encodeAttribute(field, name, value))
}

/** Nanoseconds since the epoch, which a number cannot hold: the milliseconds are taken apart. */
function moment(field: number, atMs: number): Buffer {
  const wholeMs = Math.floor(atMs)
  const field64 = Buffer.alloc(9)
  field64[0] = tag(field, FIXED64)
  field64.writeBigUInt64LE(BigInt(wholeMs) * 1_000_000n + BigInt(Math.floor((atMs - wholeMs) * 1e6)), 1)
  return field64
}
