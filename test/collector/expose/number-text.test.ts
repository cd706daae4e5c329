import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_NUMBER_BYTES, writeNumber } from '../../../collector/expose/number-text.ts'

function textOf(value: number): string {
  const target = Buffer.alloc(MAX_NUMBER_BYTES + 3, '#')
  return target.toString('latin1', 3, writeNumber(target, 3, value))
}

test('numbers are written so that the same number is read', () => {
  const numbers = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.integer().map((value) => value / 1e6),
    fc.maxSafeNat().map((value) => value / 1e6),
    fc.integer().map((value) => value / 100),
    fc.double({ min: -1e-5, max: 1e-5, noNaN: true }),
  )
  fc.assert(
    fc.property(numbers, (value) => {
      const text = textOf(value)
      assert.equal(Number(text) + 0, value + 0, text)
      assert.ok(text.length <= MAX_NUMBER_BYTES && !/\.\d*0$/.test(text), text)
    }),
    { numRuns: 5_000 },
  )
  const cases = [0, -0, 1.5, -0.25, 1e21, 5e-324, 123_456_789_012, 9_007_199_254_740_991, 0.000_001]
  assert.deepEqual(cases.map(textOf), [
    ...['0', '0', '1.5', '-0.25', '1e+21', '5e-324', '123456789012', '9007199254740991', '0.000001'],
  ])
  const others = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  assert.deepEqual(others.map(textOf), ['NaN', '+Inf', '-Inf'])
})
