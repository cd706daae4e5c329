import { crc32 } from 'node:zlib'

/**
 * A frame on disk: marker, payload length, CRC-32 of length and payload (all u32, little endian), payload.
 * The marker lets a reader find the next frame after damage; the CRC decides whether it really is one.
 */
export const FRAME_HEADER_BYTES = 12
const MARKER = 0x5ec0_4d1f
const MARKER_BYTES = Buffer.from([0x1f, 0x4d, 0xc0, 0x5e])

/** The header that goes before a payload given in parts. */
export function frameHeader(parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES)
  let length = 0
  for (const part of parts) length += part.length
  header.writeUInt32LE(MARKER, 0)
  header.writeUInt32LE(length, 4)
  let crc = crc32(header.subarray(4, 8))
  for (const part of parts) crc = crc32(part, crc)
  header.writeUInt32LE(crc, 8)
  return header
}

/** What stands at an offset: a whole frame, the beginning of one, or something else. */
export type Unframed =
  | { readonly kind: 'frame'; readonly start: number; readonly end: number }
  | { readonly kind: 'incomplete'; readonly neededBytes: number }
  | { readonly kind: 'damaged' }

/**
 * Reads the frame at `offset` of a buffer. `neededBytes` is how many bytes from the offset a decision takes; a frame
 * longer than `maxPayloadBytes` counts as damaged, so that a flipped length can't ask for gigabytes.
 */
export function unframe(buffer: Buffer, offset: number, maxPayloadBytes: number): Unframed {
  const available = buffer.length - offset
  if (available < FRAME_HEADER_BYTES) {
    const looksRight = MARKER_BYTES.subarray(0, Math.min(4, available)).equals(
      buffer.subarray(offset, offset + Math.min(4, available)),
    )
    return looksRight ? { kind: 'incomplete', neededBytes: FRAME_HEADER_BYTES } : { kind: 'damaged' }
  }
  if (buffer.readUInt32LE(offset) !== MARKER) return { kind: 'damaged' }
  const length = buffer.readUInt32LE(offset + 4)
  if (length > maxPayloadBytes) return { kind: 'damaged' }
  if (available < FRAME_HEADER_BYTES + length) return { kind: 'incomplete', neededBytes: FRAME_HEADER_BYTES + length }
  const start = offset + FRAME_HEADER_BYTES
  const end = start + length
  const crc = crc32(buffer.subarray(start, end), crc32(buffer.subarray(offset + 4, offset + 8)))
  return crc === buffer.readUInt32LE(offset + 8) ? { kind: 'frame', start, end } : { kind: 'damaged' }
}

/** The offset of the next marker after `offset`, or -1. What stands there need not be a frame. */
export function nextMarker(buffer: Buffer, offset: number): number {
  return buffer.indexOf(MARKER_BYTES, offset)
}
