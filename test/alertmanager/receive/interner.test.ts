import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interner } from '../../../alertmanager/receive/interner.ts'

/** Counts how often something has to be made of bytes. */
function counting(generationSize: number, generationBytes?: number) {
  let made = 0
  const make = (text: string) => ({ text, number: ++made })
  const interner = new Interner(make, generationSize, () => undefined, generationBytes)
  const get = (text: string) => {
    const body = Buffer.from(`<${text}>`)
    const value = interner.get(body, 1, body.length - 1)
    assert.equal(value.text, text)
    return value.number
  }
  return { get, made: () => made }
}

test('a generation ends with its number, and what the one before knew is known still', () => {
  const { get, made } = counting(2)
  for (const text of ['a', 'b', 'c', 'd', 'c', 'd', 'a']) get(text)
  assert.equal(made(), 4)
  for (const text of ['e', 'f', 'g', 'c']) get(text)
  assert.equal(made(), 8)
})

test('a generation ends with its bytes too', () => {
  const { get, made } = counting(1_000, 100)
  const texts = Array.from({ length: 6 }, (_item, n) => String(n).repeat(40))
  for (const text of texts) get(text)
  assert.equal(made(), 6)
  // Two are in each generation, and there are two generations.
  for (const text of texts.slice(4)) get(text)
  get(texts[2]!)
  assert.equal(made(), 6)
  get(texts[0]!)
  assert.equal(made(), 7)
})

test('what is longer than a generation, or than is remembered, is made each time or alone', () => {
  const { get, made } = counting(10, 30)
  get('x'.repeat(50))
  get('x'.repeat(50))
  assert.equal(made(), 1)
  get('y'.repeat(20_000))
  get('y'.repeat(20_000))
  assert.equal(made(), 3)
})
