import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import { isSnappyFramed, unpackSnappyBlock, unpackSnappyFrames } from './snappy.ts'
import { contentSize } from './zstd-frame.ts'

const DECODERS = {
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
  deflate: inflateSync,
  // What HTTP calls deflate is zlib's format; some call it by its name.
  zlib: inflateSync,
} as const

const SNAPPY = 'snappy'
const SNAPPY_FRAMED = 'x-snappy-framed'

export const CONTENT_ENCODINGS = ['identity', ...Object.keys(DECODERS), SNAPPY, SNAPPY_FRAMED]

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
  if (encoding === SNAPPY || encoding === SNAPPY_FRAMED) return decompressSnappy(body, encoding, maxBytes)
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined
  if (decode === undefined) throw new CodedError('UNSUPPORTED_ENCODING', [encoding, CONTENT_ENCODINGS.join(', ')])
  try {
    return decode(body, { maxOutputLength: maxBytes, chunkSize: chunkBytes(body, encoding, maxBytes) })
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new CodedError('PAYLOAD_TOO_LARGE', [`more than ${maxBytes}`, maxBytes])
    }
    throw new CodedError('PAYLOAD_MALFORMED', [`not valid ${encoding}: ${messageOf(error)}`], { cause: error })
  }
}

function decompressSnappy(body: Buffer, encoding: string, maxBytes: number): Buffer {
  const isFramed = encoding === SNAPPY_FRAMED || isSnappyFramed(body)
  const unpacked = isFramed ? unpackSnappyFrames(body, maxBytes) : unpackSnappyBlock(body, maxBytes)
  if (unpacked === 'too_large') throw new CodedError('PAYLOAD_TOO_LARGE', [`more than ${maxBytes}`, maxBytes])
  if (!('problem' in unpacked)) return unpacked
  throw new CodedError('PAYLOAD_MALFORMED', [`not valid ${encoding}: ${unpacked.problem}`])
}

/** zlib takes no smaller ones. */
const SMALLEST_CHUNK_BYTES = 64
const USUAL_CHUNK_BYTES = 16 * 1024
/** Logs come at a fifth of their size. */
const USUAL_RATIO = 6
/** What says that it is larger than this many times its size is not believed before it is seen. */
const BELIEVED_RATIO = 64

/**
 * Bytes that are put out in one piece. A byte more than all of them, where it is known how many they are: then zstd
 * works without a buffer of its own, the pieces need not be joined, and a full one is not followed by an empty one.
 */
function chunkBytes(body: Buffer, encoding: string, maxBytes: number): number {
  const announced = encoding === 'zstd' ? contentSize(body) : undefined
  const isBelieved = announced !== undefined && announced <= BELIEVED_RATIO * body.length
  const wanted = isBelieved ? announced + 1 : Math.max(USUAL_CHUNK_BYTES, USUAL_RATIO * body.length)
  return Math.max(SMALLEST_CHUNK_BYTES, Math.min(maxBytes + 1, wanted))
}
