import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  encodeFrame,
  type Frame,
  FrameReader,
  MAX_PAYLOAD_BYTES,
} from '../../../../alertmanager/cluster/wire/frames.ts'
import { createSeal, createUnseal, unsealed } from '../../../../alertmanager/cluster/wire/seal.ts'
import { WireError } from '../../../../alertmanager/cluster/wire/wire-error.ts'

function framesOf(reader: FrameReader): readonly Frame[] {
  const frames: Frame[] = []
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  return frames
}

test('frames come out as they went in, however the stream is cut', () => {
  const key = randomBytes(32)
  const kinds = fc.constantFrom('hello', 'members', 'part', 'fullState', 'update', 'ping')
  const payloads = fc.array(fc.tuple(kinds, fc.uint8Array({ maxLength: 3_000 })), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      payloads,
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
      (sent, isSealed, cuts) => {
        const seal = isSealed ? createSeal(key) : unsealed
        const bytes = Buffer.concat(sent.map(([kind, payload]) => encodeFrame(kind, Buffer.from(payload), seal)))
        const reader = new FrameReader()
        reader.expect(MAX_PAYLOAD_BYTES, isSealed ? createUnseal(key) : unsealed)
        const got: Frame[] = []
        for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
          const length = cuts[turn % cuts.length]!
          reader.push(bytes.subarray(start, start + length))
          got.push(...framesOf(reader))
          start += length
        }
        assert.deepEqual(
          got.map(({ kind, payload }) => [kind, payload.toString('hex')]),
          sent.map(([kind, payload]) => [kind, Buffer.from(payload).toString('hex')]),
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('what is no frame is refused or waits for more, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const reader = new FrameReader()
      reader.push(Buffer.from(bytes))
      try {
        framesOf(reader)
      } catch (error) {
        assert.ok(error instanceof WireError)
      }
    }),
    { numRuns: 300 },
  )
})

test('a frame that is too long is refused before it is there', () => {
  const reader = new FrameReader()
  reader.push(Buffer.from([0, 0, 0x40, 0]))
  assert.throws(() => reader.next(), /a frame of 16384 bytes; at most 8192 are taken/)
})

test('a sealed frame that was changed, left out or sent twice is refused', () => {
  const key = randomBytes(32)
  const seal = createSeal(key)
  const [first, second] = [1, 2].map((number) => encodeFrame('update', Buffer.from(`message ${number}`), seal))
  const readBy = (...frames: readonly Buffer[]) => {
    const reader = new FrameReader()
    reader.expect(MAX_PAYLOAD_BYTES, createUnseal(key))
    for (const frame of frames) reader.push(frame)
    return framesOf(reader).length
  }
  assert.equal(readBy(first!, second!), 2)
  assert.throws(() => readBy(second!), WireError)
  assert.throws(() => readBy(first!, first!), WireError)
  for (let index = 4; index < first!.length; index += 1) {
    const changed = Buffer.from(first!)
    changed[index]! ^= 1
    assert.throws(() => readBy(changed), WireError)
  }
  assert.throws(() => readBy(encodeFrame('update', Buffer.from('in clear'), unsealed)), WireError)
})
