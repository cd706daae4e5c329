import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayContain, WordFilterBuilder } from '../../../store/block/word-filter.ts'
import { hashWord } from '../../../store/json/words.ts'

const hashesOf = (words: number, from: number) =>
  Int32Array.from({ length: words }, (_, index) => hashWord((from + index).toString(36)))

function filterOf(builder: WordFilterBuilder, hashes: Int32Array): Buffer {
  builder.begin()
  do builder.addAll(hashes, 0, hashes.length)
  while (builder.grow())
  return builder.toFilter()
}

test('a word filter has all words it was made of and few others, however many there are', () => {
  const builder = new WordFilterBuilder()
  for (const count of [0, 1, 50, 3_000, 200_000, 40_000, 7]) {
    const present = hashesOf(count, 1_000_000)
    const filter = filterOf(builder, present)
    assert.ok(present.every((hash) => mayContain(filter, hash)))
    const others = hashesOf(20_000, 50_000_000).filter((hash) => mayContain(filter, hash)).length
    assert.ok(others / 20_000 <= 0.025, `${others} of 20000 are taken for one of ${count}`)
    assert.ok(filter.length <= Math.max(64, count * 3), `${filter.length} bytes for ${count} words`)
  }
})

test('words that come again take no more room', () => {
  const builder = new WordFilterBuilder()
  const once = hashesOf(500, 0)
  const often = Int32Array.from({ length: 50_000 }, (_, index) => once[index % once.length]!)
  assert.deepEqual(filterOf(builder, often), filterOf(builder, once))
})
