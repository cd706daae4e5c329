import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, zstdCompressSync } from 'node:zlib'
import { CodedError } from '#lib/errors.ts'
import { decompress } from '../../../collector/receive/content.ts'
import { contentSize } from '../../../collector/receive/zstd-frame.ts'

const LIMIT = 1024 ** 2
const SIZES = [0, 1, 20, 63, 64, 255, 256, 257, 65_535, 65_536, 65_791, 65_792, 300_000]

/** Bytes that do not compress well, so that the head of a frame is believed. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * index * 31 + (index >> 3)) % 251))
}

test('the head of a zstd frame tells how long its content is', () => {
  for (const size of SIZES) {
    const frame = zstdCompressSync(noise(size))
    // The shortest frames may end before the longest head would.
    assert.equal(contentSize(frame), frame.length < 18 ? undefined : size)
    const windowed = zstdCompressSync(noise(size), { params: { [constants.ZSTD_c_windowLog]: 10 } })
    assert.equal(contentSize(windowed), windowed.length < 18 ? undefined : size)
  }
  assert.equal(
    contentSize(zstdCompressSync(noise(999), { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })),
    undefined,
  )
  assert.equal(contentSize(noise(999)), undefined)
})

test('content comes out whole, whatever the head of a frame says', () => {
  for (const size of SIZES) {
    for (const contentSizeFlag of [0, 1]) {
      const frame = zstdCompressSync(noise(size), { params: { [constants.ZSTD_c_contentSizeFlag]: contentSizeFlag } })
      assert.ok(decompress(frame, 'zstd', LIMIT).equals(noise(size)))
      assert.ok(decompress(frame, 'zstd', Math.max(1, size)).equals(noise(size)), 'exactly as long as is allowed')
    }
    const two = Buffer.concat([noise(size), noise(5)].map((part) => zstdCompressSync(part)))
    assert.ok(decompress(two, 'zstd', LIMIT).equals(Buffer.concat([noise(size), noise(5)])), 'two frames')
  }
  const sparse = Buffer.alloc(LIMIT)
  assert.ok(decompress(zstdCompressSync(sparse), 'zstd', LIMIT).equals(sparse), 'more than is believed')
})

test('a frame that lies about its length, or is longer than allowed, is refused', () => {
  const frame = zstdCompressSync(noise(100_000))
  assert.equal(frame[4]! >> 6, 2, 'a length of four bytes')
  for (const length of [0, 99_999, 100_001, 6_000_000, 0xffff_ffff]) {
    const lying = Buffer.from(frame)
    lying.writeUInt32LE(length, (frame[4]! & 0x20) === 0 ? 6 : 5)
    assert.throws(() => decompress(lying, 'zstd', LIMIT), CodedError, `${length}`)
  }
  assert.throws(() => decompress(frame, 'zstd', 99_999), { code: 'PAYLOAD_TOO_LARGE' })
})
