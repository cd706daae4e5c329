import assert from 'node:assert/strict'
import { test } from 'node:test'
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
