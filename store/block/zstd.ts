import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { messageOf } from '#lib/errors.ts'
import { CorruptBlockError } from './byte-reader.ts'

/**
 * Level 1: on our corpus levels 2 to 5 are slower and not smaller, and level 6 gains 4 % for four times the time.
 * The checksum is what tells damage on disk from data.
 */
const PARAMETERS = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 }

/** No section of a block is larger than this when it is decompressed. */
const MAX_SECTION_BYTES = 256 * 1024 ** 2

export function compress(bytes: Uint8Array): Buffer {
  // The default chunk of 16 KiB would make dozens of buffers of one column.
  const chunkSize = Math.max(1024, bytes.length >> 2)
  return zstdCompressSync(bytes, { params: PARAMETERS, pledgedSrcSize: bytes.length, chunkSize })
}

/** @throws CorruptBlockError when the bytes are not what was written */
export function decompress(bytes: Uint8Array): Buffer {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: MAX_SECTION_BYTES })
  } catch (error) {
    throw new CorruptBlockError(`does not decompress: ${messageOf(error)}`)
  }
}
