import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatGoFloat } from '#lib/go-float.ts'

test('numbers are written as Go has them', () => {
  const cases: [value: number, text: string][] = [
    [0, '0'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [0.25, '0.25'],
    [100_000, '100000'],
    [999_999, '999999'],
    [1_000_000, '1e+06'],
    [-12_345_678, '-1.2345678e+07'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [1e300, '1e+300'],
  ]
  for (const [value, text] of cases) assert.equal(formatGoFloat(value), text)
})

test('what is written is read as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true }), (value) => {
      assert.ok(Object.is(Number(formatGoFloat(value)), value), formatGoFloat(value))
    }),
  )
})
