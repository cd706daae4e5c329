import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  fileKeyOf,
  MAX_UID_OFFSET,
  parseRecordUid,
  RECORD_UID_BYTES,
  RecordUidTemplate,
  writeRecordUid,
} from '#lib/record-uid.ts'

const uid = (timeNs: bigint, hash: bigint, startOffset: number, lengthBytes: number): string => {
  const target = Buffer.alloc(RECORD_UID_BYTES)
  const hashBytes = Buffer.alloc(8)
  hashBytes.writeBigUInt64BE(hash)
  const low = Number(timeNs & 0xffff_ffffn)
  writeRecordUid(target, 0, Number(timeNs >> 32n), low, fileKeyOf(hashBytes), startOffset, lengthBytes)
  return target.toString('latin1')
}

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const offset = fc.integer({ min: 0, max: MAX_UID_OFFSET })
const length = fc.integer({ min: 0, max: 2 ** 30 - 1 })

test('a uid says what it was made of', () => {
  fc.assert(
    fc.property(uint64, uint64, offset, length, (timeNs, hash, startOffset, lengthBytes) => {
      const parsed = parseRecordUid(uid(timeNs, hash, startOffset, lengthBytes))
      assert.equal(parsed?.timeNs, timeNs)
      assert.equal(parsed?.startOffset, startOffset)
      assert.equal(parsed?.lengthBytes, lengthBytes)
    }),
  )
})

test('uids sort by time, then by file, then by place in the file', () => {
  fc.assert(
    fc.property(uint64, uint64, uint64, offset, offset, (timeA, timeB, hash, offsetA, offsetB) => {
      fc.pre(timeA !== timeB && offsetA !== offsetB)
      assert.equal(uid(timeA, hash, offsetA, 1) < uid(timeB, hash, offsetB, 1), timeA < timeB)
      assert.equal(uid(timeA, hash, offsetA, 1) < uid(timeA, hash, offsetB, 1), offsetA < offsetB)
    }),
  )
})

test('any other text is not a uid', () => {
  for (const text of ['', 'x', 'a'.repeat(33), `${'a'.repeat(33)}!`, `${'a'.repeat(33)}é`]) {
    assert.equal(parseRecordUid(text), undefined, text)
  }
})

test('a template that is set again and again holds what a uid written anew does', () => {
  const keys = [1n, 2n].map((hash) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(hash)
    return fileKeyOf(bytes)
  })
  // Small steps stay within the digits that are written each time, large ones leave them.
  const step = fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }))
  const record = fc.record({
    timeStep: step,
    offsetStep: step,
    key: fc.constantFrom(...keys),
    lengthBytes: length,
  })
  fc.assert(
    fc.property(uint64, fc.array(record, { minLength: 1, maxLength: 30 }), (firstNs, records) => {
      const held = Buffer.alloc(RECORD_UID_BYTES + 2, '#')
      const template = new RecordUidTemplate(held, 1)
      let timeNs = firstNs
      let startOffset = 2 ** 24
      for (const { timeStep, offsetStep, key, lengthBytes } of records) {
        timeNs = BigInt.asUintN(64, timeNs + timeStep)
        startOffset = Math.min(Math.max(0, startOffset + Number(offsetStep)), MAX_UID_OFFSET)
        const [high, low] = [Number(timeNs >> 32n), Number(timeNs & 0xffff_ffffn)]
        template.set(high, low, key, startOffset, lengthBytes)
        const anew = Buffer.alloc(RECORD_UID_BYTES + 2, '#')
        writeRecordUid(anew, 1, high, low, key, startOffset, lengthBytes)
        assert.equal(held.toString('latin1'), anew.toString('latin1'))
      }
    }),
  )
})
