import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutToBytes, cutToRunes } from '../../../alertmanager/notify/cut-text.ts'

test('texts are cut to code points, the last one a mark', () => {
  const rows: [text: string, limit: number, cut: string][] = [
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'abc…'],
    ['äöüßé', 4, 'äöü…'],
    ['𝄞𝄞𝄞𝄞', 4, '𝄞𝄞𝄞𝄞'],
    ['𝄞𝄞𝄞𝄞𝄞', 4, '𝄞𝄞𝄞…'],
    ['abcd', 3, 'abc'],
    ['abc', 0, ''],
    ['', 0, ''],
  ]
  for (const [text, limit, cut] of rows) assert.equal(cutToRunes(text, limit), cut, text)
})

test('texts are cut to bytes between code points, the mark included', () => {
  const rows: [text: string, limit: number, cut: string][] = [
    ['abcd', 4, 'abcd'],
    ['abcde', 4, 'a…'],
    ['äöüß', 8, 'äöüß'],
    ['äöüßé', 8, 'äö…'],
    ['a𝄞𝄞', 8, 'a𝄞…'],
    ['a𝄞𝄞', 7, 'a…'],
    ['abcd', 3, '…'],
    ['abcd', 2, '..'],
  ]
  for (const [text, limit, cut] of rows) assert.equal(cutToBytes(text, limit), cut, `${text} ${limit}`)
})

test('what is cut fits, and begins as it did', () => {
  const texts = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(texts, fc.nat(12), (text, limit) => {
      const cut = cutToRunes(text, limit)
      assert.ok([...cut].length <= limit)
      assert.ok(text.startsWith(cut) || text.startsWith(cut.slice(0, -1)))
      const bytes = cutToBytes(text, limit)
      assert.ok(Buffer.byteLength(bytes) <= limit)
      assert.ok(!bytes.includes('\uFFFD') || text.includes('\uFFFD'))
    }),
    { numRuns: 200 },
  )
})
