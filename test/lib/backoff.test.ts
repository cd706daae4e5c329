import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backoff } from '#lib/backoff.ts'

test('delays double up to the cap and start over after a reset', () => {
  const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, random: () => 0 })
  assert.deepEqual(
    [0, 0, 0, 0, 0].map(() => backoff.next()),
    [100, 200, 400, 800, 1_000],
  )
  backoff.reset()
  assert.equal(backoff.next(), 100)
})

test('jitter is full: a delay lies anywhere between nothing and the bound', () => {
  const backoff = new Backoff({ initialMs: 1_000, maxMs: 1_000, random: () => 0.9999 })
  assert.equal(backoff.next(), 1)
})

test("a peer's Retry-After is a lower bound", () => {
  const backoff = new Backoff({ initialMs: 10, maxMs: 10 })
  assert.equal(backoff.next(30_000), 30_000)
})

test('every delay is above nothing, never above its bound, and the bound never falls', () => {
  const options = fc.record({
    initialMs: fc.integer({ min: 1, max: 10_000 }),
    maxMs: fc.integer({ min: 1, max: 100_000 }),
  })
  const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(options, draws, (bounds, randoms) => {
      const values = randoms.values()
      const backoff = new Backoff({ ...bounds, random: () => values.next().value ?? 0 })
      for (let attempt = 0; attempt < randoms.length; attempt++) {
        const delay = backoff.next()
        assert.ok(delay >= 1 && delay <= Math.min(bounds.maxMs, bounds.initialMs * 2 ** attempt))
        assert.ok(Number.isInteger(delay))
      }
      assert.equal(backoff.attempt, randoms.length)
    }),
  )
})
