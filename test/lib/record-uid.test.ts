import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fileKeyOf, MAX_UID_OFFSET, parseRecordUid, RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'

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
