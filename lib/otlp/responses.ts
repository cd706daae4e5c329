import { EXPORT_RESPONSE, PARTIAL_SUCCESS, STATUS } from './fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { LENGTH_DELIMITED, lengthDelimited, tag, VARINT, varintBytes, writeVarint } from './wire.ts'

export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/** An ExportLogsServiceResponse: empty for full success, as the specification wants it. */
export function encodeExportResponse({ rejected, message }: PartialSuccess): Buffer {
  if (rejected === 0 && message === '') return Buffer.alloc(0)
  const count = Buffer.alloc(1 + varintBytes(rejected))
  count[0] = tag(PARTIAL_SUCCESS.rejected, VARINT)
  writeVarint(count, 1, rejected)
  return lengthDelimited(EXPORT_RESPONSE.partialSuccess, count, lengthDelimited(PARTIAL_SUCCESS.errorMessage, message))
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

/** A google.rpc.Status, which is the body of every OTLP/HTTP error. */
export function encodeStatus(message: string): Buffer {
  return lengthDelimited(STATUS.message, message)
}

export function decodeStatusMessage(body: Buffer): string {
  const status = new ProtoReader(body)
  for (let field = status.next(); field !== 0; field = status.next()) {
    if (field === STATUS.message && status.wireType === LENGTH_DELIMITED) return status.text()
  }
  return ''
}
