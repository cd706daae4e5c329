import type { ProtoAnyValue, ProtoKeyValue, ProtoLogRecord, ProtoLogsRequest } from './otlp-proto.ts'

/** A document as it should be, written without any thought of speed. Numbers are their JSON text behind `#`. */
export interface NaiveDocument {
  /** Undefined if the collector has to make one. */
  readonly id: string | undefined
  readonly source: unknown
}

const MAX_ID_BYTES = 512

export function naiveDocuments(request: ProtoLogsRequest, receivedAtMs: number): NaiveDocument[] {
  const documents: NaiveDocument[] = []
  for (const { resource, scopeLogs } of request.resourceLogs ?? []) {
    for (const { scope, logRecords } of scopeLogs ?? []) {
      for (const record of logRecords ?? []) {
        const resourceAttributes = resource?.attributes ?? []
        const { id, attributes } = split(record.attributes ?? [])
        const about = {
          ...(scope?.name ? { name: scope.name } : {}),
          ...(scope?.version ? { version: scope.version } : {}),
          ...(scope?.attributes?.length ? { attributes: objectOf(scope.attributes) } : {}),
        }
        const source = {
          ...times(record, receivedAtMs),
          ...(record.severityText ? { severity_text: record.severityText } : {}),
          ...severity(record.severityNumber ?? 0),
          ...bodyOf(record.body),
          ...(record.attributes?.length ? { attributes: objectOf(attributes) } : {}),
          ...(resourceAttributes.length > 0 ? { resource: { attributes: objectOf(resourceAttributes) } } : {}),
          ...(Object.keys(about).length > 0 ? { scope: about } : {}),
          ...hexId('trace_id', record.traceId, 16),
          ...hexId('span_id', record.spanId, 8),
          ...(record.eventName ? { event_name: record.eventName } : {}),
        }
        documents.push({ id, source })
      }
    }
  }
  return documents
}

function split(attributes: readonly ProtoKeyValue[]) {
  const uids = attributes.filter(({ key }) => key === 'log.record.uid')
  const id = uids.at(-1)?.value?.stringValue
  if (id === undefined || id === '' || Buffer.byteLength(id) > MAX_ID_BYTES) return { id: undefined, attributes }
  return { id, attributes: attributes.filter(({ key }) => key !== 'log.record.uid') }
}

function times({ timeUnixNano = '0', observedTimeUnixNano = '0' }: ProtoLogRecord, receivedAtMs: number) {
  const received = String(BigInt(receivedAtMs) * 1_000_000n)
  const time = [timeUnixNano, observedTimeUnixNano, received].find((candidate) => candidate !== '0')!
  return {
    '@timestamp': iso(time),
    ...(observedTimeUnixNano === '0' ? {} : { observed_timestamp: iso(observedTimeUnixNano) }),
  }
}

function iso(timeNs: string): string {
  const ns = BigInt(timeNs)
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1_000).toISOString().slice(0, 19)
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`
}

function severity(number: number) {
  return number >= 1 && number <= 24 ? { severity_number: `#${number}` } : {}
}

function bodyOf(body: ProtoAnyValue | undefined) {
  if (body === undefined || Object.keys(body).length === 0) return {}
  const value = jsonOf(body)
  if (body.kvlistValue !== undefined) return { body: { structured: value } }
  if (body.arrayValue !== undefined) return { body: { structured: { value } } }
  const isNumber = body.intValue !== undefined || body.doubleValue !== undefined
  return { body: { text: isNumber ? String(value).replace(/^#/, '') : String(value) } }
}

function objectOf(list: readonly ProtoKeyValue[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key = '', value }) => [key, jsonOf(value)]))
}

function jsonOf(value: ProtoAnyValue | undefined): unknown {
  if (value?.stringValue !== undefined) return value.stringValue
  if (value?.boolValue !== undefined) return value.boolValue
  if (value?.intValue !== undefined) return `#${value.intValue}`
  if (value?.doubleValue !== undefined) return double(value.doubleValue)
  if (value?.bytesValue !== undefined) return Buffer.from(value.bytesValue).toString('base64')
  if (value?.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(jsonOf)
  if (value?.kvlistValue !== undefined) return objectOf(value.kvlistValue.values ?? [])
  return null
}

function double(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return Object.is(value, -0) ? '#-0.0' : `#${value}`
}

function hexId(name: string, id: Uint8Array | undefined, length: number) {
  if (id === undefined || id.length !== length || id.every((byte) => byte === 0)) return {}
  return { [name]: Buffer.from(id).toString('hex') }
}
