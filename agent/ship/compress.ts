import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Encoding } from './outcome.ts'

/**
 * Records of a container stand next to each other in a request, so what repeats is near: a window of 128 KiB and a hash
 * table that stays in the first-level cache lose nothing in size (measured: 18.8 % of the input either way) and are a
 * sixth faster than the defaults of level 1.
 */
const WINDOW_LOG = 17
const HASH_LOG = 12

/**
 * Compresses a request; the result does not share memory with it. In this thread, because a trip through the thread
 * pool moves the bytes to another core's cache and back (measured: 1.9 ms of CPU for 512 KiB against 1.2 ms).
 */
export function compress(body: Buffer, encoding: Encoding, level: number): Buffer {
  // One chunk for the common case: compressed logs are a fifth of their size.
  const chunkSize = Math.max(16 * 1024, body.length >> 2)
  if (encoding === 'gzip') return gzipSync(body, { level, chunkSize })
  if (encoding === 'identity') return Buffer.from(body)
  return zstdCompressSync(body, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_hashLog]: HASH_LOG,
    },
    chunkSize,
  })
}

/** Undoes {@link compress}. */
export function decompress(payload: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'gzip') return gunzipSync(payload)
  return encoding === 'identity' ? payload : zstdDecompressSync(payload)
}
