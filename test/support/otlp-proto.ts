import { ExportLogsServiceRequest } from '#lib/otlp/proto.ts'

export { ExportLogsServiceRequest, ExportLogsServiceResponse, Status } from '#lib/otlp/proto.ts'

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
  /** Pod and container, or the path of a file that is no container's. */
  readonly container: string
  readonly stream: string | undefined
  readonly uid: string
  readonly timeNs: bigint
  /** Its number; 0 if it has none. */
  readonly severity: number
  readonly body: string
  readonly originalBytes: number
}

/** The records of a request of the agent. */
export function flatRecords(body: Uint8Array): FlatRecord[] {
  const records: FlatRecord[] = []
  for (const { resource, scopeLogs } of decodeLogsRequest(body).resourceLogs ?? []) {
    const pod = `${text(resource?.attributes, 'k8s.pod.name')}/${text(resource?.attributes, 'k8s.container.name')}`
    const container = text(resource?.attributes, 'log.file.path') ?? pod
    for (const record of scopeLogs?.flatMap(({ logRecords }) => logRecords ?? []) ?? []) {
      records.push({
        container,
        stream: text(record.attributes, 'log.iostream'),
        uid: text(record.attributes, 'log.record.uid') ?? '',
        timeNs: BigInt(record.timeUnixNano ?? 0),
        severity: record.severityNumber ?? 0,
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
