import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Arena } from '../../../collector/encode/arena.ts'
import { writeBytes, writeJsonString } from '../../../collector/encode/json-writer.ts'
import { Source } from '../../../collector/encode/source.ts'

/** The text as a string in the middle of a buffer, written behind something else. */
function written(text: string, before: number): string {
  const bytes = Buffer.from(text)
  const surrounded = Buffer.concat([Buffer.alloc(before, '"'), bytes, Buffer.from('"\\')])
  const arena = new Arena()
  arena.reserve(before + 2 + 6 * bytes.length + 4)
  writeBytes(arena, Buffer.alloc(before, 'x'))
  writeJsonString(arena, new Source(surrounded.subarray(1)), before - 1, before - 1 + bytes.length)
  const all = arena.take().toString()
  assert.equal(all.slice(0, before), 'x'.repeat(before))
  return all.slice(before)
}

test('a string is what JSON.stringify makes of it', () => {
  const character = fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', ' ', '!', '#', '[', ']', '\u007f', 'ä', '€', '😀'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map((unit) => unit.toWellFormed()),
  )
  const text = fc.array(character, { maxLength: 40 }).map((characters) => characters.join(''))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 70 }), (value, before) => {
      assert.equal(written(value, before), JSON.stringify(value))
    }),
    { numRuns: 2_000 },
  )
})

test('each byte is escaped, or not, wherever it stands among others', () => {
  for (let code = 0; code < 0x80; code++) {
    for (let place = 0; place < 9; place++) {
      for (const filler of ['a', '"', '\u0001', '\u007f', 'é']) {
        const value = filler.repeat(place) + String.fromCharCode(code) + filler.repeat(8 - place)
        assert.equal(written(value, 1), JSON.stringify(value))
      }
    }
  }
})
