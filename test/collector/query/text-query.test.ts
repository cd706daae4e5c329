import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CodedError } from '#lib/errors.ts'
import { searchQuery } from '../../../collector/query/search-query.ts'
import { parseTextQuery } from '../../../collector/query/text-query.ts'

const TEXT = 'body.text'
const phrase = (text: string) => ({ match_phrase: { [TEXT]: text } })
const word = (value: string) => ({ wildcard: { [TEXT]: { value, case_insensitive: true } } })
const and = (...filter: unknown[]) => ({ bool: { filter } })
const or = (...should: unknown[]) => ({ bool: { should, minimum_should_match: 1 } })
const not = (query: unknown) => ({ bool: { must_not: [query] } })
const term = (field: string, value: string) => ({ term: { [field]: { value } } })
const POD = 'resource.attributes.k8s.pod.name'

const CASES: readonly (readonly [string, unknown])[] = [
  ['timeout', phrase('timeout')],
  ['connection reset', and(phrase('connection'), phrase('reset'))],
  ['"connection reset"', phrase('connection reset')],
  ['"a \\"b\\" \\\\ c"', phrase('a "b" \\ c')],
  ['a OR b c', or(phrase('a'), and(phrase('b'), phrase('c')))],
  ['a AND (b OR c)', and(phrase('a'), or(phrase('b'), phrase('c')))],
  ['a -b', and(phrase('a'), not(phrase('b')))],
  ['NOT NOT a', not(not(phrase('a')))],
  ['!(a b)', not(and(phrase('a'), phrase('b')))],
  ['time*', word('time*')],
  ['/api/*/us?rs', and(phrase('api'), word('us?rs'))],
  ['100\\*', phrase('100*')],
  ['level:error', { term: { severity_text: { value: 'error', case_insensitive: true } } }],
  ['pod:web-1', term(POD, 'web-1')],
  ['pod:(a OR b)', or(term(POD, 'a'), term(POD, 'b'))],
  ['pod:web-*', { wildcard: { [POD]: { value: 'web-*', case_insensitive: false } } }],
  ['pod:*', { exists: { field: POD } }],
  ['k8s.pod.uid:u-1', term('resource.attributes.k8s.pod.uid', 'u-1')],
  ['attributes.http.status:>=500', { range: { 'attributes.http.status': { gte: '500' } } }],
  // What only looks like syntax is text.
  ['http://host/a:80', phrase('http://host/a:80')],
  ['error: failed', and(phrase('error:'), phrase('failed'))],
  ['12:30:01', phrase('12:30:01')],
  ['main.go(17)', phrase('main.go(17)')],
  ['(f(x) OR y)', or(phrase('f(x)'), phrase('y'))],
  ['done)', phrase('done)')],
  ['a - b', and(phrase('a'), { match_all: {} }, phrase('b'))],
  ['ORDER', phrase('ORDER')],
]

for (const [text, expected] of CASES) {
  test(`reads ${text}`, () => {
    const query = searchQuery({ text: parseTextQuery(text), names: {} })
    assert.deepEqual(query, { bool: { filter: [expected] } })
  })
}

for (const [text, problem] of [
  ['"open', /quote at character 1 is not closed/],
  ['a (b', /parenthesis at character 3 is not closed/],
  ['a OR', /term is missing/],
  ['OR a', /term is missing/],
  ['a AND', /after AND/],
  ['NOT', /after NOT/],
  ['()', /term is missing/],
  ['level:>', /value is missing|text/],
  [`${'('.repeat(40)}a`, /nested/],
  ['x'.repeat(2_001), /2001 characters/],
] as const) {
  test(`refuses ${text.slice(0, 20)}`, () => {
    assert.throws(() => parseTextQuery(text), { code: 'QUERY_INVALID', message: problem })
  })
}

test('any text is read or refused with a coded error', () => {
  const piece = fc.constantFrom(
    'a',
    'OR',
    'AND',
    'NOT',
    '-',
    '!',
    '(',
    ')',
    '"',
    ' ',
    ':',
    '*',
    '?',
    '\\',
    'pod:',
    '>=',
    '\t',
    'é',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        JSON.stringify(searchQuery({ text: parseTextQuery(pieces.join('')), names: {} }))
      } catch (error) {
        assert.ok(error instanceof CodedError && error.code === 'QUERY_INVALID', String(error))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('words of a quoted phrase come through unchanged', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 50 }), (text) => {
      const quoted = `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
      assert.deepEqual(parseTextQuery(quoted), { kind: 'value', field: undefined, value: text, isPattern: false })
    }),
  )
})
