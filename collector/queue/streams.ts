import { EXPORT_REQUEST, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'

const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * The streams that an ExportLogsServiceRequest has records of, as numbers: a stream is what has one resource, as a
 * container. Two streams that happen to have the same number wait for each other in vain, and that is all.
 */
export function streamsOf(request: Buffer): readonly number[] {
  const streams: number[] = []
  const reader = new ProtoReader(request)
  const section = new ProtoReader(request)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === EXPORT_REQUEST.resourceLogs) streams.push(streamAt(section, reader.start, reader.stop))
  }
  return streams
}

function streamAt(section: ProtoReader, start: number, end: number): number {
  section.reset(start, end)
  for (let field = section.next(); field !== 0; field = section.next()) {
    if (field !== RESOURCE_LOGS.resource) continue
    const { bytes, stop } = section
    let hash = FNV_BASIS
    for (let at = section.start; at < stop; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME)
    return hash
  }
  return FNV_BASIS
}
