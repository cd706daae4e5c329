import protobuf from 'protobufjs'
import type { ProtoKeyValue } from '../../support/otlp-proto.ts'

/** OTLP's traces (opentelemetry-proto 1.x) for protobufjs, to check our own writing against it. */
const DEFINITION = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  message Event {
    fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4;
  }
  repeated Event events = 11; uint32 dropped_events_count = 12; uint32 dropped_links_count = 14;
  Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}
`

const ExportTraceServiceRequest = protobuf.parse(DEFINITION).root.lookupType('ExportTraceServiceRequest')

type Values = Readonly<Record<string, string | number | boolean | undefined>>

/** A span as a collector of traces sees it. Ids are hexadecimal, times nanoseconds. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Empty where the trace begins. */
  readonly parentSpanId: string
  readonly traceState: string
  readonly kind: number
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Values
  readonly events: readonly { readonly name: string; readonly at: bigint; readonly attributes: Values }[]
  readonly status: { readonly code: number; readonly message: string } | undefined
}

export interface ReceivedTraces {
  readonly resource: Values
  readonly scope: string
  readonly spans: readonly ReceivedSpan[]
}

interface ProtoSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly traceState: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly ProtoKeyValue[]
  readonly events: readonly { name: string; timeUnixNano: string; attributes: readonly ProtoKeyValue[] }[]
  readonly status: { readonly code: number; readonly message: string } | null
}

interface ProtoRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly ProtoKeyValue[] }
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly ProtoSpan[] }[]
  }[]
}

export function decodeTraces(request: Uint8Array): ReceivedTraces {
  const message = ExportTraceServiceRequest.decode(request)
  const { resourceSpans } = ExportTraceServiceRequest.toObject(message, {
    ...{ longs: String, bytes: String, defaults: true },
  }) as ProtoRequest
  const [{ resource, scopeSpans } = { resource: { attributes: [] }, scopeSpans: [] }] = resourceSpans
  return {
    resource: valuesOf(resource.attributes),
    scope: scopeSpans[0]?.scope.name ?? '',
    spans: scopeSpans.flatMap(({ spans }) => spans.map(spanOf)),
  }
}

function spanOf(span: ProtoSpan): ReceivedSpan {
  return {
    ...{ name: span.name, kind: span.kind, traceState: span.traceState, status: span.status ?? undefined },
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    attributes: valuesOf(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => {
      return { name, at: BigInt(timeUnixNano), attributes: valuesOf(attributes) }
    }),
  }
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}

function valuesOf(attributes: readonly ProtoKeyValue[]): Values {
  return Object.fromEntries(
    attributes.map(({ key, value = {} }) => {
      const { stringValue, boolValue, intValue } = value
      return [key, stringValue ?? boolValue ?? (intValue === undefined ? undefined : Number(intValue))]
    }),
  )
}
