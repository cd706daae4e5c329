import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'

/** One record of a request with what stands around it. */
export interface PlacedRecord {
  readonly resource: Buffer
  readonly scope: Buffer
  readonly record: Buffer
}

/** The records of a request of our own making. */
export function* recordsOf(body: Buffer): Generator<PlacedRecord> {
  const request = new ProtoReader(body)
  while (request.next() === EXPORT_REQUEST.resourceLogs) {
    const section = new ProtoReader(body, request.start, request.stop)
    let resource: Buffer = Buffer.alloc(0)
    for (let field = section.next(); field !== 0; field = section.next()) {
      if (field === RESOURCE_LOGS.resource) resource = section.view()
      if (field !== RESOURCE_LOGS.scopeLogs) continue
      const logs = new ProtoReader(body, section.start, section.stop)
      let scope: Buffer = Buffer.alloc(0)
      for (let inner = logs.next(); inner !== 0; inner = logs.next()) {
        if (inner === SCOPE_LOGS.scope) scope = logs.view()
        else if (inner === SCOPE_LOGS.logRecords) yield { resource, scope, record: logs.view() }
      }
    }
  }
}

/** A request of these records, in this order. */
export function assembleRequest(placed: readonly PlacedRecord[]): Buffer {
  const sections: Buffer[] = []
  for (let from = 0; from < placed.length; ) {
    const { resource, scope } = placed[from]!
    let to = from
    while (to < placed.length && placed[to]!.resource === resource) to += 1
    const records = placed.slice(from, to).map(({ record }) => lengthDelimited(SCOPE_LOGS.logRecords, record))
    const logs = lengthDelimited(RESOURCE_LOGS.scopeLogs, lengthDelimited(SCOPE_LOGS.scope, scope), ...records)
    sections.push(lengthDelimited(EXPORT_REQUEST.resourceLogs, lengthDelimited(RESOURCE_LOGS.resource, resource), logs))
    from = to
  }
  return Buffer.concat(sections)
}
