import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { uncompress } from 'snappyjs'
import { unpackSnappyBlock } from '../../../../collector/receive/snappy.ts'
import { maxSnappyBytes, SnappyEncoder } from '../../../../collector/remote-write/out/snappy-encoder.ts'

const content = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 1_000 })), {
    maxLength: 6,
  })
  .map((pieces) => Buffer.concat(pieces.flatMap(([piece, times]) => Array<Uint8Array>(times).fill(piece))))

const encoder = new SnappyEncoder()

function check(bytes: Buffer): Buffer {
  const target = Buffer.alloc(maxSnappyBytes(bytes.length))
  const packed = target.subarray(0, encoder.compress(bytes, bytes.length, target))
  assert.ok(bytes.equals(uncompress(packed)))
  assert.ok(bytes.equals(unpackSnappyBlock(packed, bytes.length) as Buffer))
  return packed
}

test('what we pack, snappyjs and our own decoder unpack', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      check(bytes)
    }),
    { numRuns: 100 },
  )
})

test('lengths around the limits of fragments, literals and copies', () => {
  for (const length of [0, 1, 14, 15, 16, 17, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 65_552, 200_000]) {
    const random = Buffer.from(Array.from({ length }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 24) ^ index))
    check(random)
    check(Buffer.alloc(length, 'a'))
    check(Buffer.concat([random, random]))
    check(Buffer.concat([random.subarray(0, 5), Buffer.alloc(length, 'ab'), random.subarray(0, 100)]))
  }
})

test('what repeats becomes small', () => {
  const line = Buffer.from('container_cpu_usage_seconds_total{namespace="shop",pod="cart-7d9f",container="cart"}')
  const packed = check(Buffer.concat(Array<Buffer>(100).fill(line)))
  assert.ok(packed.length < line.length * 7, String(packed.length))
})
