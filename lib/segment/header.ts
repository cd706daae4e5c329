import { crc32 } from 'node:zlib'

/** Magic and format version, the segment's sequence number, zeros, CRC-32 of what is before it. */
export const SEGMENT_HEADER_BYTES = 24
const MAGIC = Buffer.from('VDTSEG1\n', 'latin1')

export function segmentHeader(sequence: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  MAGIC.copy(header)
  header.writeBigUInt64LE(BigInt(sequence), 8)
  header.writeUInt32LE(crc32(header.subarray(0, 20)), 20)
  return header
}

export function segmentFileName(sequence: number): string {
  return `${String(sequence).padStart(16, '0')}.segment`
}

/** The sequence number in a segment's file name, or undefined for any other file. */
export function segmentSequence(fileName: string): number | undefined {
  const match = /^(\d{16})\.segment$/.exec(fileName)
  return match === null ? undefined : Number(match[1])
}
