import { isUtf8 } from 'node:buffer'

/** The body of a bulk request. Document `i` and its action line stand at `bytes[offsets[i], offsets[i + 1])`. */
export interface BulkBody {
  readonly bytes: Buffer
  readonly offsets: readonly number[]
  /** How often each document was refused before; left out if none was. */
  readonly attempts?: readonly number[]
}

/** Counter, read when scraped. */
export interface RepairStats {
  /** Documents in which something was not UTF-8. */
  repaired: number
}

const NEWLINE = 10

export function documentsOf({ offsets }: BulkBody): number {
  return offsets.length - 1
}

/** A document with its action line. */
export function documentAt({ bytes, offsets }: BulkBody, index: number): Buffer {
  return bytes.subarray(offsets[index], offsets[index + 1])
}

/** The data stream that a document is for, as its action line says. */
export function indexAt(body: BulkBody, index: number): string {
  const document = documentAt(body, index)
  const action = JSON.parse(document.toString('utf8', 0, document.indexOf(NEWLINE))) as Record<
    string,
    { _index?: string }
  >
  return Object.values(action)[0]?._index ?? ''
}

/** A body of some of the documents of another. */
export function pick(body: BulkBody, indices: readonly number[]): BulkBody {
  const picked = join(indices.map((index) => documentAt(body, index)))
  const { attempts } = body
  return attempts === undefined ? picked : { ...picked, attempts: indices.map((index) => attempts[index]!) }
}

/** What is not UTF-8 would have the whole bulk request refused, so it becomes U+FFFD. */
export function repairUtf8(bytes: Buffer, offsets: readonly number[], stats: RepairStats): BulkBody {
  const documents: Buffer[] = []
  for (let index = 0; index + 1 < offsets.length; index++) {
    const document = bytes.subarray(offsets[index], offsets[index + 1])
    const valid = isUtf8(document) ? document : Buffer.from(document.toString('utf8'))
    if (valid !== document) stats.repaired += 1
    documents.push(valid)
  }
  return join(documents)
}

function join(documents: readonly Buffer[]): BulkBody {
  const offsets = [0]
  for (const document of documents) offsets.push(offsets.at(-1)! + document.length)
  return { bytes: Buffer.concat(documents), offsets }
}
