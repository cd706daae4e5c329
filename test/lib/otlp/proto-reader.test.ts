import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { FIXED32, FIXED64, LENGTH_DELIMITED, lengthDelimited, tag, VARINT } from '#lib/otlp/wire.ts'

const LENGTHS = [0, 1, 127, 128, 129, 16_383, 16_384, 70_000]

test('pieces of bytes of all lengths are found, and those that are cut off are not', () => {
  for (const length of LENGTHS) {
    const content = Buffer.alloc(length, 0xff)
    const message = lengthDelimited(15, content)
    const reader = new ProtoReader(Buffer.concat([message, message]))
    for (let piece = 0; piece < 2; piece++) {
      assert.equal(reader.next(), 15)
      assert.equal(reader.wireType, LENGTH_DELIMITED)
      assert.ok(reader.view().equals(content))
    }
    assert.equal(reader.next(), 0)
    assert.equal(reader.failed, false)
    for (const end of [1, 2, 3, message.length - 1].filter((end) => end < message.length)) {
      for (const rest of [message, message.subarray(0, end)]) {
        const cut = new ProtoReader(rest, 0, end)
        assert.equal(cut.next(), 0)
        assert.equal(cut.failed, true, `${length} bytes cut after ${end}`)
      }
    }
  }
})

test('numbers of fixed length are read, and those that are cut off are not', () => {
  const digits = Buffer.from([0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88])
  for (const [wireType, bytes] of [
    [FIXED64, 8],
    [FIXED32, 4],
  ] as const) {
    const message = Buffer.concat([Buffer.from([tag(1, wireType)]), digits.subarray(0, bytes)])
    const reader = new ProtoReader(message)
    assert.equal(reader.next(), 1)
    assert.equal(reader.wireType, wireType)
    assert.equal(reader.low, 0x8403_0201)
    if (wireType === FIXED64) assert.equal(reader.high, 0x8807_0605)
    assert.equal(reader.next(), 0)
    assert.equal(reader.failed, false)
    for (let end = 1; end < message.length; end++) {
      const cut = new ProtoReader(message, 0, end)
      assert.equal(cut.next(), 0)
      assert.equal(cut.failed, true)
    }
  }
})

test('what is no piece of bytes has an empty range, and not that of the field before', () => {
  const piece = lengthDelimited(1, 'before')
  for (const [wireType, bytes] of [
    [VARINT, 1],
    [FIXED64, 8],
    [FIXED32, 4],
  ] as const) {
    const reader = new ProtoReader(Buffer.concat([piece, Buffer.from([tag(2, wireType)]), Buffer.alloc(bytes)]))
    assert.equal(reader.next(), 1)
    assert.equal(reader.text(), 'before')
    assert.equal(reader.next(), 2)
    assert.equal(reader.view().length, 0)
  }
})

test('lengths may be written longer than they need be, but there is no field 0 and no group', () => {
  const reader = new ProtoReader(Buffer.from([tag(2, LENGTH_DELIMITED), 0x81, 0x80, 0x00, 65]))
  assert.equal(reader.next(), 2)
  assert.equal(reader.text(), 'A')
  for (const key of [tag(0, LENGTH_DELIMITED), tag(0, FIXED64), tag(0, VARINT), tag(1, 3), tag(1, 4)]) {
    const wrong = new ProtoReader(Buffer.from([key, ...Buffer.alloc(8)]))
    assert.equal(wrong.next(), 0)
    assert.equal(wrong.failed, true)
  }
})
