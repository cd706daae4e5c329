import { crc32c } from './crc32c.ts'

/** What comes out, or what is wrong. */
type Unpacked = Buffer<ArrayBuffer> | { readonly problem: string } | 'too_large'

const LITERAL = 0
const COPY_1 = 1
const COPY_2 = 2

/**
 * Undoes snappy's block format (google/snappy, format_description.txt). The length that the block declares is checked
 * before memory is taken for it, and what comes out has exactly that length.
 */
export function unpackSnappyBlock(block: Buffer, maxBytes: number): Unpacked {
  const head = readLength(block)
  if (head === undefined) return { problem: 'it does not begin with a length' }
  if (head.length > maxBytes) return 'too_large'
  // One element of three bytes makes at most 64.
  if (head.length > 64 * block.length) return { problem: 'it declares more than it can hold' }
  const target = Buffer.allocUnsafeSlow(head.length)
  return fill(target, block, head.at) ? target : { problem: 'an element of it is wrong' }
}

function readLength(block: Buffer): { readonly length: number; readonly at: number } | undefined {
  let length = 0
  for (let at = 0; at < 5 && at < block.length; at++) {
    const byte = block[at]!
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return length < 2 ** 32 ? { length, at: at + 1 } : undefined
  }
  return undefined
}

function fill(target: Buffer, block: Buffer, start: number): boolean {
  let at = start
  let to = 0
  while (at < block.length) {
    const tag = block[at++]!
    let length = (tag >> 2) + 1
    if ((tag & 3) === LITERAL) {
      if (length > 60) {
        const bytes = length - 60
        if (at + bytes > block.length) return false
        length = block.readUIntLE(at, bytes) + 1
        at += bytes
      }
      if (at + length > block.length || to + length > target.length) return false
      block.copy(target, to, at, at + length)
      at += length
      to += length
      continue
    }
    const offsetBytes = (tag & 3) === COPY_1 ? 1 : (tag & 3) === COPY_2 ? 2 : 4
    if (at + offsetBytes > block.length) return false
    let offset = block.readUIntLE(at, offsetBytes)
    at += offsetBytes
    if (offsetBytes === 1) {
      length = ((tag >> 2) & 7) + 4
      offset |= (tag >> 5) << 8
    }
    if (offset === 0 || offset > to || to + length > target.length) return false
    // A copy may overlap what it writes; so byte by byte.
    const end = to + length
    for (let from = to - offset; to < end; from++, to++) target[to] = target[from]!
  }
  return to === target.length
}

/** The first chunk of a framed stream. */
const STREAM_IDENTIFIER = Buffer.from('\xff\x06\x00\x00sNaPpY', 'latin1')
const COMPRESSED = 0x00
const UNCOMPRESSED = 0x01
/** Chunks from here on may be skipped, those between are of a future version. */
const FIRST_SKIPPABLE = 0x80
const CHUNK_BYTES = 65_536

/** Whether bytes are in the framed format, whatever they are said to be: some senders mix the two up. */
export function isSnappyFramed(bytes: Buffer): boolean {
  return bytes.subarray(0, STREAM_IDENTIFIER.length).equals(STREAM_IDENTIFIER)
}

/** Undoes snappy's framed format (google/snappy, framing_format.txt). */
export function unpackSnappyFrames(stream: Buffer, maxBytes: number): Unpacked {
  if (!isSnappyFramed(stream)) return { problem: 'it does not begin as a framed stream' }
  const pieces: Buffer[] = []
  let total = 0
  for (let at = 0; at < stream.length; ) {
    if (at + 4 > stream.length) return { problem: 'it breaks off' }
    const kind = stream[at]!
    const length = stream.readUIntLE(at + 1, 3)
    const start = at + 4
    at = start + length
    if (at > stream.length) return { problem: 'it breaks off' }
    if (kind >= FIRST_SKIPPABLE) continue
    if (kind !== COMPRESSED && kind !== UNCOMPRESSED) return { problem: 'it has chunks of an unknown kind' }
    if (length < 4) return { problem: 'it has a chunk without a checksum' }
    const data = stream.subarray(start + 4, at)
    const piece = kind === UNCOMPRESSED ? data : unpackSnappyBlock(data, CHUNK_BYTES)
    if (piece === 'too_large') return { problem: 'it has a chunk that is too large' }
    if ('problem' in piece) return piece
    if (maskedChecksum(piece) !== stream.readUInt32LE(start)) return { problem: 'a checksum of it is wrong' }
    total += piece.length
    if (total > maxBytes) return 'too_large'
    pieces.push(piece)
  }
  return Buffer.concat(pieces, total)
}

function maskedChecksum(bytes: Buffer): number {
  const checksum = crc32c(bytes)
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282_ead8) >>> 0
}
