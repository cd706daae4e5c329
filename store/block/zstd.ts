import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { messageOf } from '#lib/errors.ts'
import { freeNow } from '#lib/free-now.ts'
import { CorruptBlockError } from './byte-reader.ts'

/**
 * Level 1: on our corpus levels 2 to 5 are slower and not smaller, and level 6 gains 4 % for four times the time.
 * The checksum is what tells damage on disk from data.
 */
const PARAMETERS = {
  [constants.ZSTD_c_compressionLevel]: 1,
  // Tables that stay in the processor's cache: faster, and 1 % larger.
  [constants.ZSTD_c_windowLog]: 17,
  [constants.ZSTD_c_hashLog]: 12,
  [constants.ZSTD_c_checksumFlag]: 1,
}

/** No section of a block is larger than this when it is decompressed. */
const MAX_SECTION_BYTES = 256 * 1024 ** 2

export function compress(bytes: Uint8Array): Buffer {
  const chunkSize = largestCompressed(bytes.length)
  const compressed = zstdCompressSync(bytes, { params: PARAMETERS, pledgedSrcSize: bytes.length, chunkSize })
  if (chunkSize < Buffer.poolSize) return compressed
  const copy = Buffer.from(compressed)
  freeNow(compressed)
  return copy
}

/** A target of this size lets zstd work from and to the given memory, without copies of its own (`ZSTD_compressBound`). */
function largestCompressed(sizeBytes: number): number {
  return Math.max(1024, sizeBytes + (sizeBytes >> 8) + 128)
}

/** @throws CorruptBlockError when the bytes are not what was written */
export function decompress(bytes: Uint8Array): Buffer {
  try {
    // One buffer that takes all of it, and a byte more, because a full buffer would be followed by an empty one.
    const chunkSize = Math.min(MAX_SECTION_BYTES, Math.max(64, (contentSize(bytes) ?? 16_384) + 1))
    return zstdDecompressSync(bytes, { maxOutputLength: MAX_SECTION_BYTES, chunkSize })
  } catch (error) {
    throw new CorruptBlockError(`does not decompress: ${messageOf(error)}`)
  }
}

const FRAME_MAGIC = 0xfd2fb528

/** Bytes after decompression, as the head of a zstd frame says (RFC 8878, 3.1.1.1), or undefined if it says nothing. */
function contentSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 18) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const descriptor = bytes[4]!
  if (view.getUint32(0, true) !== FRAME_MAGIC || (descriptor & 3) !== 0) return undefined
  const isSingleSegment = (descriptor & 0x20) !== 0
  const at = isSingleSegment ? 5 : 6
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? bytes[at] : undefined
    case 1:
      return view.getUint16(at, true) + 256
    case 2:
      return view.getUint32(at, true)
    default:
      return Math.min(Number(view.getBigUint64(at, true)), MAX_SECTION_BYTES)
  }
}
