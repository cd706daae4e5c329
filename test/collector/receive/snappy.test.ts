import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compress } from 'snappyjs'
import { crc32c } from '../../../collector/receive/crc32c.ts'
import { isSnappyFramed, unpackSnappyBlock, unpackSnappyFrames } from '../../../collector/receive/snappy.ts'
import { snappyFrames } from '../../support/snappy.ts'

const LIMIT = 1024 ** 2
/** Bytes with repetitions, so that there are copies of every kind. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.integer({ min: 1, max: 3_000 })), {
    maxLength: 6,
  })
  .map((pieces) =>
    Buffer.concat(pieces.flatMap(([piece, times]) => Array<Uint8Array>(times).fill(piece))).subarray(0, LIMIT),
  )

test('what snappyjs packs comes out again, as a block and framed', () => {
  const property = fc.property(content, (bytes) => {
    const block = compress(bytes)
    assert.ok(bytes.equals(unpackSnappyBlock(block, LIMIT) as Buffer))
    const framed = snappyFrames(bytes)
    assert.ok(isSnappyFramed(framed) && !isSnappyFramed(block))
    assert.ok(bytes.equals(unpackSnappyFrames(framed, LIMIT) as Buffer))
    if (bytes.length > 0) {
      assert.equal(unpackSnappyBlock(block, bytes.length - 1), 'too_large')
      assert.equal(unpackSnappyFrames(framed, bytes.length - 1), 'too_large')
    }
  })
  fc.assert(property, { numRuns: 60 })
})

test('elements of all kinds, written by hand', () => {
  // "abcd", then a copy of each size: offset in 11 bits, in 16, in 32; the last overlaps itself.
  const block = Buffer.from([18, 3 << 2, 97, 98, 99, 100, 0b001, 4, (3 << 2) | 2, 4, 0, (5 << 2) | 3, 1, 0, 0, 0])
  assert.equal(String(unpackSnappyBlock(block, LIMIT)), 'abcdabcdabcddddddd')
})

test('what is damaged or lies is refused, without an exception and without memory for what is only declared', () => {
  for (const [name, bytes] of Object.entries({
    empty: [],
    'a length without an end': [0x80, 0x80],
    'a length beyond 32 bits': [0xff, 0xff, 0xff, 0xff, 0x7f],
    'more declared than there can be': [0xff, 0xff, 0x03, 0, 97],
    'less than declared': [2, 0, 97],
    'more than declared': [1, 1 << 2, 97, 98],
    'a literal that breaks off': [5, 4 << 2, 97],
    'a copy from before the beginning': [8, 0, 97, 0b001, 2],
    'a copy from nowhere': [8, 0, 97, 0b001, 0],
    'a copy that breaks off': [8, 0, 97, 0b010, 1],
  })) {
    assert.ok(typeof unpackSnappyBlock(Buffer.from(bytes), LIMIT) === 'object', name)
    assert.ok(!Buffer.isBuffer(unpackSnappyBlock(Buffer.from(bytes), LIMIT)), name)
  }
  assert.equal(unpackSnappyBlock(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 97]), LIMIT), 'too_large')
  const framed = snappyFrames(Buffer.from('some text '.repeat(50)))
  for (let at = 0; at < framed.length; at++) {
    // Behind the head is padding, which nobody looks at.
    if (at >= 10 && at < 17) continue
    const flipped = Buffer.from(framed)
    flipped[at]! ^= 0x10
    assert.ok(!Buffer.isBuffer(unpackSnappyFrames(flipped, LIMIT)), `byte ${at}`)
    if (at > 17) assert.ok(!Buffer.isBuffer(unpackSnappyFrames(framed.subarray(0, at), LIMIT)), `cut at ${at}`)
  }
})

test('any bytes are read without an exception', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
    unpackSnappyBlock(Buffer.from(bytes), 4_096)
    unpackSnappyFrames(Buffer.concat([snappyFrames(Buffer.alloc(0)), bytes]), 4_096)
  })
  fc.assert(property, { numRuns: 1_000 })
})

test('the checksum is that of RFC 3720', () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a91_36aa)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe306_9283)
})
