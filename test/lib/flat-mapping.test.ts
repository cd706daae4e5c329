import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readFlatMapping } from '#lib/flat-mapping.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\\"', '}', ',', ':', '\u2028', '\n'),
)

test('a mapping of texts is read as it was meant, in whatever way it is written', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), fc.constantFrom('', ' ', '\n\t\r '), (members, space) => {
      const written = members.map((member) => member.map((part) => JSON.stringify(part)).join(`${space}:${space}`))
      const json = `${space}{${space}${written.join(`${space},${space}`)}${space}}${space}`
      const isWellFormed = members.flat().every((part) => part.isWellFormed())
      assert.deepEqual(readFlatMapping(json), isWellFormed ? members : undefined)
    }),
  )
})

test('what is no mapping of texts is not read', () => {
  const wrong = [
    '',
    '{',
    '{}}',
    '{"a"}',
    '{"a":1}',
    '{"a":"b",}',
    '{,}',
    '{"a":"b" "c":"d"}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
  ]
  for (const json of [...wrong, '[]', 'null', '{"a":{}}', '{"a":"b"} x', '{"a":"\\ud800"}']) {
    assert.equal(readFlatMapping(json), undefined, json)
  }
})
