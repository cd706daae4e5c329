import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Chunk } from '#lib/match/chunk.ts'
import { LiteralCursor } from '#lib/match/literal-cursor.ts'

const text = fc.string({ unit: fc.constantFrom(...'ab@'), maxLength: 40 })
const ask = fc.tuple(fc.nat(40), fc.nat(40), fc.boolean())

test('finds what a search of each line would, in whatever order lines are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, fc.array(ask, { maxLength: 10 }))),
      fc.constantFrom('@', 'ab', 'aba'),
      (chunks, literal) => {
        const chunk = new Chunk()
        const cursor = new LiteralCursor(literal, chunk)
        const memory = Buffer.alloc(50)
        const elsewhere = Buffer.from('abaab@ab')
        for (const [content, asks] of chunks) {
          // The same memory each time, as the reader has it.
          memory.write(content, 3)
          chunk.begin(memory, 3, 3 + content.length)
          for (const [a, b, isElsewhere] of asks) {
            const bytes = isElsewhere ? elsewhere : memory
            const length = isElsewhere ? elsewhere.length : content.length
            const offset = isElsewhere ? 0 : 3
            const [start, end] = [Math.min(a, b) % (length + 1), Math.max(a, b) % (length + 1)].toSorted(
              (x, y) => x - y,
            ) as [number, number]
            const found = bytes.subarray(offset + start, offset + end).indexOf(literal)
            assert.equal(cursor.find(bytes, offset + start, offset + end), found < 0 ? -1 : offset + start + found)
          }
        }
      },
    ),
  )
})
