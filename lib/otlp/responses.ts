import { ANY, DURATION, EXPORT_RESPONSE, PARTIAL_SUCCESS, RETRY_INFO, STATUS } from './fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { LENGTH_DELIMITED, lengthDelimited, tag, VARINT, varintBytes, writeVarint } from './wire.ts'

export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/** An ExportLogsServiceResponse: empty for full success, as the specification wants it. */
export function encodeExportResponse({ rejected, message }: PartialSuccess): Buffer {
  if (rejected === 0 && message === '') return Buffer.alloc(0)
  const count = varintField(PARTIAL_SUCCESS.rejected, rejected)
  return lengthDelimited(EXPORT_RESPONSE.partialSuccess, count, lengthDelimited(PARTIAL_SUCCESS.errorMessage, message))
}

function varintField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(1 + varintBytes(value))
  bytes[0] = tag(field, VARINT)
  writeVarint(bytes, 1, value)
  return bytes
}

/** Reads the partial success of an ExportLogsServiceResponse; anything unreadable counts as full success. */
export function decodePartialSuccess(body: Buffer): PartialSuccess {
  const response = new ProtoReader(body)
  let rejected = 0
  let message = ''
  while (response.next() === EXPORT_RESPONSE.partialSuccess) {
    const partial = new ProtoReader(body, response.start, response.stop)
    for (let field = partial.next(); field !== 0; field = partial.next()) {
      if (field === PARTIAL_SUCCESS.rejected) rejected = partial.value
      else if (field === PARTIAL_SUCCESS.errorMessage && partial.wireType === LENGTH_DELIMITED) message = partial.text()
    }
  }
  return { rejected, message }
}

interface StatusDetail {
  /** Of gRPC. */
  readonly code?: number
  /** Added as google.rpc.RetryInfo. */
  readonly retryAfterSeconds?: number
}

const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo'

/** A google.rpc.Status, which is the body of every OTLP/HTTP error, and the details of one in gRPC. */
export function encodeStatus(message: string, { code, retryAfterSeconds }: StatusDetail = {}): Buffer {
  const parts = [lengthDelimited(STATUS.message, message)]
  if (code !== undefined) parts.unshift(varintField(STATUS.code, code))
  if (retryAfterSeconds !== undefined) {
    const delay = varintField(DURATION.seconds, retryAfterSeconds)
    const info = lengthDelimited(ANY.value, lengthDelimited(RETRY_INFO.retryDelay, delay))
    parts.push(lengthDelimited(STATUS.details, lengthDelimited(ANY.typeUrl, RETRY_INFO_URL), info))
  }
  return Buffer.concat(parts)
}

export function decodeStatusMessage(body: Buffer): string {
  const status = new ProtoReader(body)
  for (let field = status.next(); field !== 0; field = status.next()) {
    if (field === STATUS.message && status.wireType === LENGTH_DELIMITED) return status.text()
  }
  return ''
}
