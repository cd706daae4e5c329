import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterOthers, rendering } from '../../../alertmanager/notify/rendering-turns.ts'

/** Longer than what counts as long. */
function renderLong(): void {
  const untilMs = performance.now() + 60
  while (performance.now() < untilMs);
}

test('between notifications that take long to render others have their turn', async () => {
  await nextTurn()
  const order: string[] = []
  const notified = ['a', 'b', 'c'].map((name) =>
    afterOthers(async () => {
      order.push(name)
      rendering(renderLong)
    }),
  )
  const others = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await nextTurn()
      order.push('others')
    }
  })()
  await Promise.all([...notified, others])
  assert.doesNotMatch(order.join(' '), /a b c/)
  assert.deepEqual(
    order.filter((name) => name !== 'others'),
    ['a', 'b', 'c'],
  )
})

test('short ones wait for nobody', async () => {
  await nextTurn()
  let turns = 0
  const counting = nextTurn().then(() => {
    turns += 1
  })
  for (let n = 0; n < 100; n++) await afterOthers(async () => rendering(() => n))
  assert.equal(turns, 0)
  await counting
})

test('a text that cannot be rendered counts too', async () => {
  await nextTurn()
  assert.throws(() => {
    rendering(() => {
      renderLong()
      throw new Error('no')
    })
  }, /no/)
  let hadTurn = false
  setImmediate(() => {
    hadTurn = true
  })
  await afterOthers(async () => assert.ok(hadTurn))
})
