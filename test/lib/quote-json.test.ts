import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoteJson } from '#lib/quote-json.ts'

test('any text comes back from what was written, which has no line separators', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('\u2028', '\u2029', '"\\', '\ud800'),
  )
  fc.assert(
    fc.property(fc.array(text), (parts) => {
      const whole = parts.join('')
      const written = quoteJson(whole)
      assert.equal(JSON.parse(written), whole)
      assert.doesNotMatch(written, /[\u2028\u2029]/)
    }),
  )
  assert.equal(quoteJson('a\u2028<'), '"a\\u2028<"')
})
