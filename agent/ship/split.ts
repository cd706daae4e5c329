import { EXPORT_REQUEST, RESOURCE_LOGS, SCOPE_LOGS } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { lengthDelimited } from '#lib/otlp/wire.ts'

/** One record of a request with what stands around it. */
interface Placed {
  readonly resource: Buffer
  readonly scope: Buffer
  readonly record: Buffer
}

/** A part of a request that was too large for the collector. */
export interface RequestPart {
  readonly body: Buffer
  readonly records: number
}

/** Splits a request of our own making into two of half the records each; one record can't be split. */
export function splitRequest(body: Buffer): readonly RequestPart[] {
  const placed = [...recordsOf(body)]
  const middle = Math.ceil(placed.length / 2)
  return [placed.slice(0, middle), placed.slice(middle)]
    .filter((half) => half.length > 0)
    .map((half) => ({ body: assemble(half), records: half.length }))
}

function* recordsOf(body: Buffer): Generator<Placed> {
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

function assemble(placed: readonly Placed[]): Buffer {
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
