import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'

const DECODERS = {
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
  deflate: inflateSync,
} as const

export const CONTENT_ENCODINGS = ['identity', ...Object.keys(DECODERS)]

/**
 * Undoes a Content-Encoding, with a cap on what comes out: a few KiB can hold gigabytes of zeros.
 *
 * @throws CodedError UNSUPPORTED_ENCODING, PAYLOAD_TOO_LARGE or PAYLOAD_MALFORMED
 */
export function decompress(body: Buffer, encoding: string, maxBytes: number): Buffer {
  if (encoding === '' || encoding === 'identity') {
    if (body.length > maxBytes) throw new CodedError('PAYLOAD_TOO_LARGE', [body.length, maxBytes])
    return body
  }
  const decode = DECODERS[encoding as keyof typeof DECODERS]
  if (decode === undefined) throw new CodedError('UNSUPPORTED_ENCODING', [encoding, CONTENT_ENCODINGS.join(', ')])
  try {
    // A chunk for the common case: logs come at a fifth of their size.
    return decode(body, {
      maxOutputLength: maxBytes,
      chunkSize: Math.max(16 * 1024, Math.min(maxBytes, 6 * body.length)),
    })
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new CodedError('PAYLOAD_TOO_LARGE', [`more than ${maxBytes}`, maxBytes])
    }
    throw new CodedError('PAYLOAD_MALFORMED', [`not valid ${encoding}: ${messageOf(error)}`], { cause: error })
  }
}
