import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from './fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { lengthDelimited } from './wire.ts'

/** Where records are: the fields that lead to them. */
const PATH = [EXPORT_REQUEST.resourceLogs, RESOURCE_LOGS.scopeLogs, SCOPE_LOGS.logRecords] as const

/**
 * An ExportLogsServiceRequest without some of its records; all else stays as it is, byte for byte. For what happens
 * seldom: it copies more than once.
 *
 * @param request is valid
 * @param isCut tells by a record's place in the request whether it goes
 */
export function cutRecords(request: Buffer, isCut: (place: number) => boolean): Buffer {
  let place = 0
  const rest = (start: number, end: number, depth: number): Buffer[] => {
    const wanted = PATH[depth]!
    const parts: Buffer[] = []
    const reader = new ProtoReader(request, start, end)
    for (let from = start, field = reader.next(); field !== 0; from = reader.at, field = reader.next()) {
      if (field !== wanted) parts.push(request.subarray(from, reader.at))
      else if (depth < PATH.length - 1) {
        parts.push(lengthDelimited(wanted, ...rest(reader.start, reader.stop, depth + 1)))
      } else if (!isCut(place++)) parts.push(request.subarray(from, reader.at))
    }
    return parts
  }
  return Buffer.concat(rest(0, request.length, 0))
}
