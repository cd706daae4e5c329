const MAGIC = 0xfd2f_b528
const LONGEST_HEADER_BYTES = 18

/** Bytes after decompression, as the head of a zstd frame says (RFC 8878, 3.1.1.1), or undefined if it says nothing. */
export function contentSize(frame: Buffer): number | undefined {
  if (frame.length < LONGEST_HEADER_BYTES || frame.readUInt32LE(0) !== MAGIC) return undefined
  const descriptor = frame[4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3]!
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryIdBytes
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? frame[at] : undefined
    case 1:
      return frame.readUInt16LE(at) + 256
    case 2:
      return frame.readUInt32LE(at)
    default:
      return Number(frame.readBigUInt64LE(at))
  }
}
