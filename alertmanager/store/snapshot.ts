import { ProtoReader } from '#lib/otlp/proto-reader.ts'

/** A file of Alertmanager's that cannot be read to its end. */
export class SnapshotDamaged extends Error {
  constructor(at: number) {
    super(`the file is damaged at byte ${at}; what comes before it was taken over`)
  }
}

/**
 * The messages of one of Alertmanager's snapshot files, `silences` or `nflog`: protobuf, each behind its length. A
 * reader for each, at the fields of its first one, which is all that matters: the second says when it expires.
 *
 * @throws SnapshotDamaged when it comes to what is not a message
 */
export function* readSnapshot(file: Buffer): Generator<ProtoReader> {
  for (let at = 0; at < file.length; ) {
    const length = readVarint(file, at)
    const start = at + length.size
    const end = start + length.value
    const envelope = new ProtoReader(file, start, end)
    if (length.size === 0 || end > file.length || envelope.next() !== 1) throw new SnapshotDamaged(at)
    yield within(envelope)
    at = end
  }
}

/** A reader of the message that is the field at which another reader stands. */
export function within({ bytes, start, stop }: ProtoReader): ProtoReader {
  return new ProtoReader(bytes, start, stop)
}

/** Epoch milliseconds of a `google.protobuf.Timestamp`, rounded down. */
export function readTimestamp(field: ProtoReader): number {
  const reader = within(field)
  let [seconds, nanoseconds] = [0, 0]
  for (let number = reader.next(); number !== 0; number = reader.next()) {
    if (number === 1) seconds = reader.value
    else if (number === 2) nanoseconds = reader.value
  }
  return seconds * 1_000 + Math.floor(nanoseconds / 1e6)
}

/** The numbers of a `repeated uint64`, as 16 hex digits each. */
export function readHashes({ bytes, start, stop }: ProtoReader): string[] {
  const hashes: string[] = []
  for (let at = start; at < stop; ) {
    let value = 0n
    let shift = 0n
    for (; at < stop; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    hashes.push(BigInt.asUintN(64, value).toString(16).padStart(16, '0'))
  }
  return hashes
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly size: number } {
  let value = 0
  for (let size = 1; size <= 5 && start + size <= bytes.length; size++) {
    const byte = bytes[start + size - 1]!
    value += (byte & 0x7f) * 2 ** (7 * (size - 1))
    if (byte < 0x80) return { value, size }
  }
  return { value: 0, size: 0 }
}
