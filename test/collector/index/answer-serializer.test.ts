import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AllCreated, AnswerSerializer } from '../../../collector/index/answer-serializer.ts'
import { readBulkResult } from '../../../collector/index/bulk-result.ts'

const serializer = new AnswerSerializer()

function answer(statuses: readonly number[], errors: boolean): string {
  return JSON.stringify({ errors, items: statuses.map((status) => ({ create: { status } })) })
}

test('an answer is understood as if it had been parsed', () => {
  const status = fc.constantFrom(201, 201, 201, 409, 200)
  fc.assert(
    fc.property(fc.array(status, { maxLength: 20 }), fc.boolean(), fc.nat(21), (statuses, errors, documents) => {
      const text = answer(statuses, errors)
      const read = readBulkResult(serializer.deserialize(text), documents)
      assert.deepEqual(read, readBulkResult(JSON.parse(text), documents))
    }),
  )
})

test('the usual answer is not parsed, and nothing else is taken for it', () => {
  const text = answer([201, 201, 201], false)
  assert.deepEqual(serializer.deserialize(text), new AllCreated(3))
  for (let at = 0; at < text.length; at++) {
    const damaged = `${text.slice(0, at)}#${text.slice(at + 1)}`
    let read: unknown
    try {
      read = serializer.deserialize(damaged)
    } catch {
      continue
    }
    assert.ok(!(read instanceof AllCreated), damaged)
  }
})
