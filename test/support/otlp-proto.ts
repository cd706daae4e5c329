import protobuf from 'protobufjs'

/** OTLP's logs messages as protobufjs knows them: the independent reading against which ours is checked. */
const DEFINITION = `
syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }
message ExportLogsServiceResponse { ExportLogsPartialSuccess partial_success = 1; }
message ExportLogsPartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
message Status { int32 code = 1; string message = 2; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeLogs { InstrumentationScope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message InstrumentationScope {
  string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4;
}
message LogRecord {
  fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9;
  bytes span_id = 10; fixed64 observed_time_unix_nano = 11; string event_name = 12;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`

const root = protobuf.parse(DEFINITION).root

export const ExportLogsServiceRequest = root.lookupType('ExportLogsServiceRequest')
export const ExportLogsServiceResponse = root.lookupType('ExportLogsServiceResponse')
export const Status = root.lookupType('Status')

export interface ProtoAnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly ProtoAnyValue[] }
  readonly kvlistValue?: { readonly values?: readonly ProtoKeyValue[] }
  readonly bytesValue?: Uint8Array
}

export interface ProtoKeyValue {
  readonly key?: string
  readonly value?: ProtoAnyValue
}

export interface ProtoLogRecord {
  readonly timeUnixNano?: string
  readonly observedTimeUnixNano?: string
  readonly severityNumber?: number
  readonly severityText?: string
  readonly body?: ProtoAnyValue
  readonly attributes?: readonly ProtoKeyValue[]
  readonly flags?: number
  readonly traceId?: Uint8Array
  readonly spanId?: Uint8Array
  readonly eventName?: string
}

export interface ProtoLogsRequest {
  readonly resourceLogs?: readonly {
    readonly resource?: { readonly attributes?: readonly ProtoKeyValue[] }
    readonly scopeLogs?: readonly {
      readonly scope?: {
        readonly name?: string
        readonly version?: string
        readonly attributes?: readonly ProtoKeyValue[]
      }
      readonly logRecords?: readonly ProtoLogRecord[]
    }[]
  }[]
}

/** Decodes a request with protobufjs; 64-bit integers are decimal texts. */
export function decodeLogsRequest(body: Uint8Array): ProtoLogsRequest {
  return ExportLogsServiceRequest.toObject(ExportLogsServiceRequest.decode(body), { longs: String }) as ProtoLogsRequest
}

export function encodeLogsRequest(request: ProtoLogsRequest): Buffer {
  return Buffer.from(ExportLogsServiceRequest.encode(ExportLogsServiceRequest.fromObject(request)).finish())
}

/** A record as the agent ships it, flattened for comparisons. */
export interface FlatRecord {
  readonly container: string
  readonly stream: string | undefined
  readonly uid: string
  readonly timeNs: bigint
  readonly body: string
  readonly originalBytes: number
}

/** The records of a request of the agent. */
export function flatRecords(body: Uint8Array): FlatRecord[] {
  const records: FlatRecord[] = []
  for (const { resource, scopeLogs } of decodeLogsRequest(body).resourceLogs ?? []) {
    const container = `${text(resource?.attributes, 'k8s.pod.name')}/${text(resource?.attributes, 'k8s.container.name')}`
    for (const record of scopeLogs?.flatMap(({ logRecords }) => logRecords ?? []) ?? []) {
      records.push({
        container,
        stream: text(record.attributes, 'log.iostream'),
        uid: text(record.attributes, 'log.record.uid') ?? '',
        timeNs: BigInt(record.timeUnixNano ?? 0),
        body: record.body?.stringValue ?? '',
        originalBytes: Number(find(record.attributes, 'log.record.original_length')?.intValue ?? 0),
      })
    }
  }
  return records
}

function find(attributes: readonly ProtoKeyValue[] | undefined, key: string): ProtoAnyValue | undefined {
  return attributes?.find((attribute) => attribute.key === key)?.value
}

function text(attributes: readonly ProtoKeyValue[] | undefined, key: string): string | undefined {
  return find(attributes, key)?.stringValue
}
