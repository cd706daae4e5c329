import { compress } from 'snappyjs'
import { crc32c } from '../../collector/receive/crc32c.ts'

const CHUNK_BYTES = 65_536

/** A stream in snappy's framed format: chunks that are compressed and, every other one, chunks that are not. */
export function snappyFrames(bytes: Buffer): Buffer {
  const chunks = [Buffer.from('\xff\x06\x00\x00sNaPpY', 'latin1'), chunk(0xfe, Buffer.alloc(3))]
  for (let at = 0, index = 0; at < bytes.length; at += CHUNK_BYTES, index++) {
    const piece = bytes.subarray(at, at + CHUNK_BYTES)
    const isCompressed = index % 2 === 0
    const sum = crc32c(piece)
    const masked = Buffer.alloc(4)
    masked.writeUInt32LE((((sum >>> 15) | (sum << 17)) + 0xa282_ead8) >>> 0)
    chunks.push(chunk(isCompressed ? 0 : 1, Buffer.concat([masked, isCompressed ? compress(piece) : piece])))
  }
  return Buffer.concat(chunks)
}

function chunk(kind: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head[0] = kind
  head.writeUIntLE(data.length, 1, 3)
  return Buffer.concat([head, data])
}
