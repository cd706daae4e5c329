import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { patternSize } from '#lib/pattern-size.ts'
import { compileRe2 } from '#lib/re2.ts'

const UNITS = [
  'a',
  'b',
  '.',
  '\\d',
  '\\pL',
  '[a-z]',
  '[^]x]',
  '(a|b)',
  '(?:ab)',
  '(?i)k',
  '\\{',
  '\\(',
  'x{3}',
  '[[:alpha:]_]',
]
const REPEATS = ['', '*', '+', '?', '{2}', '{0,3}', '{4,}', '{,5}', '{7', '|']

const pattern = fc.letrec<{ one: string; many: string }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...UNITS),
    tie('many').map((inner) => `(${inner})`),
  ),
  many: fc
    .array(fc.tuple(tie('one'), fc.constantFrom(...REPEATS)), { maxLength: 5 })
    .map((parts) => parts.map((part) => part.join('')).join('')),
})).many

test('a pattern is never much larger than it is taken to be', () => {
  fc.assert(
    fc.property(pattern, (source) => {
      let size = 0
      try {
        size = compileRe2(source).programSize()
      } catch {
        return
      }
      assert.ok(size <= 3 * patternSize(source) + 10, `${source}: ${size}, taken for ${patternSize(source)}`)
    }),
    { numRuns: 300 },
  )
})

test('what is short and has a large program is refused before it is compiled', () => {
  const hostile = [
    'a{1000}'.repeat(2_000),
    '(a{10}b{10}){90}'.repeat(1_000),
    '\\pL'.repeat(100_000),
    'x'.repeat(2_000_000),
  ]
  for (const source of hostile) {
    assert.throws(() => compileRe2(source), { message: 'error parsing regexp: expression too large' })
  }
  assert.throws(() => compileRe2('a{500}b{600}', 1_000), /too large/)
  assert.ok(compileRe2('a{500}b{400}', 1_000).matches('a'.repeat(500) + 'b'.repeat(400)))
})

test('brackets, escapes and open groups are counted as what they are', () => {
  assert.equal(patternSize(''), 0)
  assert.equal(patternSize('abc'), 3)
  assert.equal(patternSize('a\\{9}'), 4)
  assert.equal(patternSize('x{2,5}'), 5)
  assert.equal(patternSize('(ab){10}'), 40)
  assert.equal(patternSize('((('), 0)
  assert.equal(patternSize('(a(b'), 2)
  assert.ok(patternSize('[(){1000}]') < 5)
})
