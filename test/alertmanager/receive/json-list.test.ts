import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonList } from '../../../alertmanager/receive/json-list.ts'

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
    const { body } = await jsonList(numbers, (n) => (n % wanted === 0 ? `"${n}${'.'.repeat(padding)}"` : ''))
    clearImmediate(immediate)
    assert.ok(typeof body !== 'string')
    const list = JSON.parse(Buffer.concat(body).toString()) as string[]
    assert.deepEqual(
      list.map(Number.parseFloat),
      numbers.filter((n) => n % wanted === 0),
    )
    assert.ok(turns >= 4, `${turns} turns`)
  }
})
