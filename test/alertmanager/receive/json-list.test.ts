import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonList } from '../../../alertmanager/receive/json-list.ts'
import { bodyOf } from '../support/api-body.ts'

test('a list is whole however it is cut, and others get turns, even where nothing is written', async () => {
  const numbers = Array.from({ length: 10_000 }, (_item, index) => index)
  for (const [wanted, padding] of [
    [1, 1_000],
    [9_999, 0],
    [20_000, 0],
  ] as const) {
    let turns = 0
    const count = () => {
      turns += 1
      immediate = setImmediate(count)
    }
    let immediate = setImmediate(count)
    const text = await bodyOf(jsonList(numbers, (n) => (n % wanted === 0 ? `"${n}${'.'.repeat(padding)}"` : '')))
    clearImmediate(immediate)
    const list = JSON.parse(text) as string[]
    assert.deepEqual(
      list.map(Number.parseFloat),
      numbers.filter((n) => n % wanted === 0),
    )
    assert.ok(turns >= 4, `${turns} turns`)
  }
})

test('items of any size and in any script are written as they are', async () => {
  const text = fc.tuple(fc.nat(400_000), fc.constantFrom('', 'a', 'ü', '線', '😀')).map(([count, unit]) => {
    return unit.repeat(count % 7 === 0 ? count : count % 1_000)
  })
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 40 }), async (texts) => {
      const expected = texts.filter((each) => each !== '')
      const list = await bodyOf(jsonList(texts, (each) => (each === '' ? '' : JSON.stringify(each))))
      assert.equal(list, `${JSON.stringify(expected)}\n`)
    }),
    { numRuns: 50 },
  )
})

test('who writes waits for who reads, and is told how long only the writing took', async () => {
  const [pieces, free]: [Buffer[], (() => void)[]] = [[], []]
  let busyMs: number | undefined
  const { body } = jsonList(
    Array.from({ length: 3_000 }, (_item, index) => index),
    (n) => `"${n}${'.'.repeat(1_000)}"`,
    (ms) => {
      busyMs = ms
    },
  )
  assert.ok(typeof body !== 'string')
  const written = body((piece) => {
    pieces.push(piece)
    return new Promise((resolve) => free.push(resolve))
  })
  const turns = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  await turns()
  assert.equal(pieces.length, 2)
  const [first, second] = pieces.map(String) as [string, string]
  assert.ok(first.startsWith('["0..') && second.startsWith(',"'))
  free[0]!()
  await turns()
  assert.equal(pieces.length, 3)
  assert.equal(String(pieces[1]), second, 'what is on its way is not written over')
  while (busyMs === undefined) {
    for (const resolve of free.splice(0)) resolve()
    await turns()
  }
  for (const resolve of free) resolve()
  await written
})
