/** How the payload of a queue entry is compressed: as it came, because the sender has done the work already. */
export const ENTRY_ENCODINGS = ['identity', 'gzip', 'zstd'] as const
export type EntryEncoding = (typeof ENTRY_ENCODINGS)[number]

/** What stands before the payload of an entry. */
export interface EntryHeader {
  readonly encoding: EntryEncoding
  /** When the request arrived, epoch milliseconds. */
  readonly receivedAtMs: number
}

export const ENTRY_HEADER_BYTES = 16
const VERSION = 1

/** version u8, encoding u8, zeros, received at f64 (little endian). */
export function encodeEntryHeader({ encoding, receivedAtMs }: EntryHeader): Buffer {
  const header = Buffer.alloc(ENTRY_HEADER_BYTES)
  header[0] = VERSION
  header[1] = ENTRY_ENCODINGS.indexOf(encoding)
  header.writeDoubleLE(receivedAtMs, 8)
  return header
}

/** Reads the header of an entry, or returns undefined if this version does not know its form. */
export function decodeEntryHeader(bytes: Buffer): EntryHeader | undefined {
  const encoding = ENTRY_ENCODINGS[bytes[1] ?? -1]
  if (bytes.length < ENTRY_HEADER_BYTES || bytes[0] !== VERSION || encoding === undefined) return undefined
  return { encoding, receivedAtMs: bytes.readDoubleLE(8) }
}
