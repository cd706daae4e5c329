import type { BulkBody } from '../encode/bulk-body.ts'

/** As action lines of received documents end; see receive/bulk/normalized-lines.ts. */
const DEMANDS = ['true', 'false'].map((value) => Buffer.from(`,"require_data_stream":${value}}}`))
const END_OF_ACTION = Buffer.from('}}')
const NEWLINE = 10

/**
 * The bytes of a body whose action lines say nothing of data streams. OpenSearch does not know the parameter, and would
 * refuse the whole request for it.
 */
export function withoutDataStreamDemands({ bytes, offsets }: BulkBody): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const start of offsets.slice(0, -1)) {
    const end = bytes.indexOf(NEWLINE, start)
    for (const demand of DEMANDS) {
      const at = end - demand.length
      if (at < start || bytes.compare(demand, 0, demand.length, at, end) !== 0) continue
      parts.push(bytes.subarray(from, at), END_OF_ACTION)
      from = end
      break
    }
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)])
}
