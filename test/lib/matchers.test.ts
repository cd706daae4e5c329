import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import {
  MATCHER_MODES,
  type MatcherMode,
  type MatchersResult,
  parseMatcher,
  parseMatchers,
} from '#lib/matcher-syntax.ts'
import { MATCH_OPERATORS, Matcher, matchesAll } from '#lib/matchers.ts'

const shown = (result: MatchersResult) => (result.ok ? result.matchers.map(String).join(',') : `! ${result.problem}`)

test('matchers compare the whole value, and a missing label is an empty one', () => {
  const labels = LabelSet.from({ job: 'api', path: 'a\nb' })
  const cases: [string, boolean][] = [
    ['job="api"', true],
    ['job!="api"', false],
    ['job=~"ap"', false],
    ['job=~"ap."', true],
    ['job=~"ap|api"', true],
    ['job!~"b.*"', true],
    ['absent=""', true],
    ['absent!=""', false],
    ['absent!~".+"', true],
    ['path=~"a.b"', false],
    ['path=~"(?s)a.b"', true],
  ]
  for (const [text, expected] of cases) {
    const result = parseMatchers(text)
    assert.ok(result.ok && matchesAll(result.matchers, labels) === expected, text)
  }
})

test('each grammar reads what it should', () => {
  const rows: [string, Record<MatcherMode, string>][] = [
    ['foo=bar', { classic: 'foo="bar"', utf8: 'foo="bar"', fallback: 'foo="bar"' }],
    ['{ foo = "bar" , baz=~"a|b", }', same('foo="bar",baz=~"a|b"')],
    ['', same('')],
    ['{}', same('')],
    ['foo=""', same('foo=""')],
    ['foo=', { classic: 'foo=""', fallback: 'foo=""', utf8: '! expected a value at the end' }],
    ['"foo bar"="baz"', { ...same('"foo bar"="baz"'), classic: '! bad matcher format: "foo bar"="baz"' }],
    ['σ=x', { ...same('σ="x"'), classic: '! bad matcher format: σ=x' }],
    ['foo=bar baz', { ...same('foo="bar baz"'), utf8: '! expected a comma at column 9, not "baz"' }],
    // Both grammars read this one, and differ: the classic meaning holds.
    ['foo="\\u00e9"', { ...same('foo="\\\\u00e9"'), utf8: 'foo="é"' }],
    ['foo="a,b",c=d', same('foo="a,b",c="d"')],
    ['foo="a\\"b\\\\c\\nd"', same('foo="a\\"b\\\\c\\nd"')],
    ['foo=a\\d', { ...same('foo="a\\\\d"'), utf8: '! unexpected "\\\\" at column 6' }],
    ['{foo=bar', { ...same('foo="bar"'), utf8: '! braces must be both there or both left out' }],
    ['foo', { ...same('! bad matcher format: foo'), utf8: '! expected one of = != =~ !~ at the end' }],
    [
      'foo="a"b"',
      { ...same('! matcher value contains unescaped double quote: "a"b"'), utf8: '! unexpected "\\"" at column 9' },
    ],
    ['foo=~"("', same('! error parsing regexp: missing closing ): `^(?:()$`')],
    ['foo=a,,b=c', { ...same('! bad matcher format: '), utf8: '! expected a label name at column 7, not ","' }],
  ]
  for (const [text, expected] of rows) {
    for (const mode of MATCHER_MODES) assert.equal(shown(parseMatchers(text, mode)), expected[mode], `${mode}: ${text}`)
  }
})

const same = (text: string): Record<MatcherMode, string> => ({ classic: text, utf8: text, fallback: text })

test('the fallback says where the grammars part', () => {
  const classicOnly = parseMatchers('foo=bar baz')
  assert.match((classicOnly.ok && classicOnly.warning) || '', /classic grammar only/)
  const both = parseMatchers('foo="\\u00e9"')
  assert.match((both.ok && both.warning) || '', /means something else/)
})

test('a filter is one matcher without braces', () => {
  assert.equal(shown(parseMatcher('{foo=bar}')), '! unexpected open or close brace: {foo=bar}')
  assert.equal(shown(parseMatcher('a')), '! bad matcher format: a')
  assert.equal(shown(parseMatcher('foo=a,b=c')), 'foo="a,b=c"')
  assert.equal(shown(parseMatcher('foo=a,b=c', 'utf8')), '! expected 1 matcher, found 2')
})

test('matchers sort by name, then value, then operator', () => {
  const result = parseMatchers('b="1",a=~"2",a!="1",a="1"')
  assert.ok(result.ok)
  assert.equal([...result.matchers].sort(Matcher.compare).join(','), 'a="1",a!="1",a=~"2",b="1"')
})

test('a printed matcher reads back as itself', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,9}$/),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  const operator = fc.constantFrom(...MATCH_OPERATORS)
  fc.assert(
    fc.property(name, operator, fc.string({ unit: 'grapheme' }), (label, match, value) => {
      const created = Matcher.create(label, match, value)
      fc.pre(created.ok)
      const read = parseMatchers(String(created.matcher), 'utf8')
      const classicName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(label)
      assert.equal(shown(read), String(created.matcher))
      if (classicName) assert.equal(shown(parseMatchers(String(created.matcher), 'classic')), String(created.matcher))
    }),
    { numRuns: 2_000 },
  )
})

test('no text makes the parsers throw', () => {
  const soup = fc.array(fc.constantFrom('{', '}', ',', '=', '~', '!', '"', '\\', 'a', ' ', 'é', '\\n', '('), {
    maxLength: 20,
  })
  const text = fc.oneof(
    soup.map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, fc.constantFrom(...MATCHER_MODES), (source, mode) => {
      for (const parse of [parseMatchers, parseMatcher]) {
        const result = parse(source, mode)
        if (!result.ok) assert.notEqual(result.problem, '')
      }
    }),
    { numRuns: 5_000 },
  )
})
