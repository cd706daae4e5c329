/** How the payload of a queue entry is compressed: as it came, because the sender has done the work already. */
export const ENTRY_ENCODINGS = ['identity', 'gzip', 'zstd'] as const
export type EntryEncoding = (typeof ENTRY_ENCODINGS)[number]

/**
 * What the payload of a queue entry is, once it is decompressed: an ExportLogsServiceRequest in protobuf; or the body of
 * a bulk request, an action line and a document line for each record, which was checked when it was received.
 */
const ENTRY_KINDS = ['otlp_logs', 'bulk'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What stands before the payload of an entry. */
export interface EntryHeader {
  readonly kind: EntryKind
  readonly encoding: EntryEncoding
  /** When the request arrived, epoch milliseconds. */
  readonly receivedAtMs: number
  /** Of a dead letter that is replayed: how often it was refused before. */
  readonly attempts?: number
}

export const ENTRY_HEADER_BYTES = 16
const VERSION = 1
const MOST_ATTEMPTS = 255

/** version u8, encoding u8, kind u8, attempts u8, zeros, received at f64 (little endian). */
export function encodeEntryHeader({ kind, encoding, receivedAtMs, attempts = 0 }: EntryHeader): Buffer {
  const header = Buffer.alloc(ENTRY_HEADER_BYTES)
  header[0] = VERSION
  header[1] = ENTRY_ENCODINGS.indexOf(encoding)
  header[2] = ENTRY_KINDS.indexOf(kind)
  header[3] = Math.min(MOST_ATTEMPTS, attempts)
  header.writeDoubleLE(receivedAtMs, 8)
  return header
}

/** Reads the header of an entry, or returns undefined if this version does not know its form. */
export function decodeEntryHeader(bytes: Buffer): EntryHeader | undefined {
  if (bytes.length < ENTRY_HEADER_BYTES || bytes[0] !== VERSION) return undefined
  const encoding = ENTRY_ENCODINGS[bytes[1]!]
  const kind = ENTRY_KINDS[bytes[2]!]
  if (encoding === undefined || kind === undefined) return undefined
  const attempts = bytes[3]!
  return { kind, encoding, receivedAtMs: bytes.readDoubleLE(8), ...(attempts === 0 ? {} : { attempts }) }
}
