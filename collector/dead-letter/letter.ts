import type { EntryEncoding, EntryKind } from '../queue/entry.ts'

/** Something that Elasticsearch will never take as it is, and why. */
export interface DeadLetter {
  /** Of Elasticsearch's answer; 0 if it was never asked. */
  readonly status: number
  readonly type: string
  readonly reason: string
  /** How often it was refused: one more than it was replayed. */
  readonly attempts: number
  readonly content: LetterContent
}

/** What is kept of it. */
export interface LetterContent {
  /** What the bytes are: one document with its action line, or an entry of the queue that can't be made into documents. */
  readonly kind: EntryKind | 'unknown'
  readonly encoding: EntryEncoding
  readonly records: number
  readonly bytes: Buffer
  /** When the request with it was received, epoch milliseconds; 0 if that is not known. */
  readonly receivedAtMs: number
}

/** What is known of a letter without its content. */
export interface LetterHead {
  readonly at: string
  readonly status: number
  readonly type: string
  readonly reason: string
  readonly attempts: number
  readonly kind: LetterContent['kind']
  readonly encoding: EntryEncoding
  readonly records: number
  readonly receivedAtMs: number
  /** Where the document was to go; empty for entries. */
  readonly index: string
  readonly documentId: string
}

const LENGTH_BYTES = 4
const NEWLINE = 10
const LONGEST_REASON = 2_000

/** A letter in parts as it stands on disk: length of the head (u32, little endian), the head as JSON, the content. */
export function encodeLetter(letter: DeadLetter, atMs: number): readonly Buffer[] {
  const { status, type, reason, attempts, content } = letter
  const { kind, encoding, records, bytes, receivedAtMs } = content
  const head: LetterHead = {
    at: new Date(atMs).toISOString(),
    ...{ status, type, reason: reason.slice(0, LONGEST_REASON), attempts },
    ...{ kind, encoding, records, receivedAtMs },
    ...targetOf(content),
  }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(json.length)
  return [length, json, bytes]
}

/** Reads what {@link encodeLetter} wrote; undefined if it is of another form. */
export function decodeLetter(payload: Buffer): { readonly head: LetterHead; readonly bytes: Buffer } | undefined {
  if (payload.length < LENGTH_BYTES) return undefined
  const end = LENGTH_BYTES + payload.readUInt32LE(0)
  try {
    const head = JSON.parse(payload.toString('utf8', LENGTH_BYTES, end)) as LetterHead
    return { head, bytes: payload.subarray(end) }
  } catch {
    return undefined
  }
}

function targetOf({ kind, bytes, records }: LetterContent): Pick<LetterHead, 'index' | 'documentId'> {
  if (kind !== 'bulk' || records !== 1) return { index: '', documentId: '' }
  try {
    const action = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(NEWLINE))) as Record<
      string,
      { _index?: string; _id?: string }
    >
    const { _index: index = '', _id: documentId = '' } = Object.values(action)[0] ?? {}
    return { index, documentId }
  } catch {
    return { index: '', documentId: '' }
  }
}
