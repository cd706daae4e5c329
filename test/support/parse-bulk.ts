/** One document of a bulk request. */
export interface BulkDocument {
  readonly index: string
  readonly id: string
  /** As it was sent. */
  readonly line: string
  readonly operation: 'create' | 'index'
  /** What the action says itself; then it counts more than the request. */
  readonly requireDataStream: boolean | undefined
  readonly pipeline: string | undefined
}

interface BulkAction {
  readonly _index: string
  readonly _id: string
  readonly require_data_stream?: boolean
  readonly pipeline?: string
}

/** Parses NDJSON as strictly as Elasticsearch: each line whole, each document valid JSON without duplicate keys. */
export function parseBulk(body: Buffer): BulkDocument[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  if (!text.endsWith('\n')) throw new Error('the bulk request must be terminated by a newline')
  const lines = text.slice(0, -1).split('\n')
  const documents: BulkDocument[] = []
  for (let at = 0; at < lines.length; at += 2) {
    const [[operation, action] = []] = Object.entries(JSON.parse(lines[at]!) as Record<string, BulkAction>)
    if (action === undefined || (operation !== 'create' && operation !== 'index')) throw new Error('no such action')
    const line = lines[at + 1]!
    JSON.parse(line)
    const { _index: index, _id: id, require_data_stream: requireDataStream, pipeline } = action
    if (Buffer.byteLength(id) > 512) throw new Error('id too long')
    documents.push({ index, id, line, operation, requireDataStream, pipeline })
  }
  return documents
}
