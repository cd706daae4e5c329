import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRe2 } from '#lib/re2.ts'
import { MAX_CACHE_BYTES, patternCacheBytes } from '#lib/re2-caches.ts'

/** A letter `a` so many places before the end: what has to be remembered doubles with each place. */
const remembering = (places: number, more = '') => compileRe2(`^(?:.*a.{${places}}${more})$`)

/** Letters in no order, always the same. */
function letters(count: number): string {
  let seed = 1
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return (seed >> 16) & 1
  }
  return Array.from({ length: count }, () => 'ab'[next()]).join('')
}

test('however many patterns there are, what they remember of texts is bounded', () => {
  const text = letters(30_000)
  const patterns = Array.from({ length: 40 }, (_item, n) => remembering(14, `[ab${n}]{0,${1 + (n % 5)}}`))
  let most = 0
  for (const pattern of patterns) {
    pattern.test(text)
    most = Math.max(most, patternCacheBytes())
  }
  assert.ok(most > MAX_CACHE_BYTES / 4, `${most} bytes are little`)
  assert.ok(most <= MAX_CACHE_BYTES, `${most} bytes`)
  assert.equal(patterns.length, 40)
})

test('a pattern that has to learn anew finds what it found', () => {
  const text = letters(20_000)
  const patterns = Array.from({ length: 24 }, (_item, n) => remembering(12, `[ab${n}]{0,4}`))
  const probes = fc.array(fc.tuple(fc.nat(patterns.length - 1), fc.nat(text.length), fc.nat(40)), { minLength: 1 })
  for (const pattern of patterns) pattern.test(text)
  fc.assert(
    fc.property(probes, (asked) => {
      for (const [index, from, length] of asked) {
        const part = text.slice(from, from + length)
        const expected = new RegExp(`^(?:.*a.{12}[ab${index}]{0,4})$`).test(part)
        assert.equal(patterns[index]!.test(part), expected, part)
        // The others take what room there is.
        patterns[(index + 7) % patterns.length]!.test(text)
      }
    }),
    { numRuns: 20 },
  )
})
