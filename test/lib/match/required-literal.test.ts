import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { requiredLiteral } from '#lib/match/required-literal.ts'
import { compileRe2 } from '#lib/re2.ts'

test('the longest text that a match must have', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['CUST-\\d{8}', 'CUST-'],
    ['a\\.b\\[c', 'a.b[c'],
    ['(?:x|y)abc[z]de', 'abc'],
    ['abc?de', 'ab'],
    ['ab+cd', 'ab'],
    ['ab{2}cde', 'cde'],
    ['a|bcd', undefined],
    ['(?i)abc', undefined],
    ['(?i:abc)def', undefined],
    ['\\d+', undefined],
    ['\\Qa|b\\E', undefined],
    ['[[:alpha:]|x]abc', 'abc'],
    ['[[:a]|fo]bar', undefined],
    ['[]a]bc', 'bc'],
    ['é漢x*', 'é漢'],
    ['a', undefined],
  ]
  for (const [pattern, literal] of cases) assert.equal(requiredLiteral(pattern), literal, pattern)
})

test('whatever a pattern matches has it', () => {
  const atom = fc.constantFrom(
    ...[
      'a',
      'b',
      'ab',
      '.',
      '\\.',
      '[ab]',
      '[^a]',
      '[]a]',
      '[[:a]',
      '(ab)',
      '(?:a|b)',
      '(a[)]b)',
      '\\d',
      '\\w',
      '\\\\',
      '|',
    ],
    ...['{', '}', ']', 'x{2}', '\\b', '^', '$', '(?i)', '(?P<n>b)', '\\x41', '[a\\]b]', '-', '[[:alpha:]b]'],
  )
  const suffix = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,1}', '*?', '+?')
  const pattern = fc
    .array(
      fc.tuple(atom, suffix).map((parts) => parts.join('')),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom(...'abABx.-\\{}])1:'), maxLength: 12 })
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (source, texts) => {
      const literal = requiredLiteral(source)
      if (literal === undefined) return
      let compiled: ReturnType<typeof compileRe2>
      try {
        compiled = compileRe2(source)
      } catch {
        return
      }
      for (const each of texts) assert.ok(!compiled.test(each) || each.includes(literal), `${source} in ${each}`)
    }),
    { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 300) },
  )
})
