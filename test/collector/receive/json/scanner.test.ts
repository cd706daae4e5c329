import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonScanner } from '../../../../collector/receive/json/scanner.ts'

const scanner = new JsonScanner({ maxDepth: 64, maxValues: 1_000 })

function scan(text: string): string | undefined {
  const bytes = Buffer.from(`x${text}x`)
  scanner.reset(bytes, 1, bytes.length - 1)
  return scanner.skipValue() && scanner.atEnd() ? undefined : scanner.problem
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts that are JSON, or nearly. */
const text = fc.oneof(
  fc.json(),
  fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '\\', '}', '0', '.', 'e', '-', ' ', '\n', '\u0001', '\\u00g0'),
    )
    .map(
      ([json, at, piece]) => `${json.slice(0, at % json.length)}${piece}${json.slice((at % json.length) + (at % 2))}`,
    ),
  fc.stringMatching(/^[-0-9.eE+]{1,8}$/),
  fc.stringMatching(/^"(\\[u"nq]|[0-9af]){0,8}"$/),
  fc.constantFrom(
    '',
    'true',
    'tru',
    'nul',
    'falsey',
    '[1,]',
    '{"a":1,}',
    '{"a"}',
    '[,]',
    '{,}',
    '[1 2]',
    '-',
    '01',
    '1.',
  ),
)

test('it takes what JSON.parse takes', () => {
  const property = fc.property(text, (sample) => {
    assert.equal(scan(sample) === undefined, isJson(sample), sample)
  })
  fc.assert(property, { numRuns: 2_000 })
})

test('depth and number of values have limits, and a million levels are no matter', () => {
  assert.equal(scan(`${'['.repeat(64)}${']'.repeat(64)}`), undefined)
  assert.equal(scan(`${'['.repeat(65)}${']'.repeat(65)}`), 'nested deeper than 64 levels')
  assert.equal(scan('{"a":'.repeat(1_000_000)), 'nested deeper than 64 levels')
  assert.equal(scan(`[${'1,'.repeat(998)}1]`), undefined)
  assert.equal(scan(`[${'1,'.repeat(999)}1]`), 'more than 1000 values')
})

test('strings are given back as they are meant', () => {
  const property = fc.property(fc.string({ unit: 'binary' }), (value) => {
    const bytes = Buffer.from(JSON.stringify(value))
    scanner.reset(bytes, 0, bytes.length)
    assert.ok(scanner.string() && scanner.atEnd())
    assert.equal(scanner.text(), Buffer.from(value).toString())
    if (!scanner.hasEscapes) assert.ok(scanner.stringIs(Buffer.from(value)))
  })
  fc.assert(property, { numRuns: 300 })
})
