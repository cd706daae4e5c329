import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdleCollection } from '../../agent/idle-collection.ts'
import { ManualClock } from '../support/manual-clock.ts'

test('garbage is collected once after a busy time is over, and not while little or much is read', async (t) => {
  const clock = new ManualClock()
  let bytes = 0
  let collections = 0
  const collection = new IdleCollection({ clock, readBytes: () => bytes, collect: () => collections++ })
  collection.start()
  t.after(() => collection.stop())
  await clock.advance(60_000)
  assert.equal(collections, 0, 'nothing was read')
  for (let second = 0; second < 30; second++) {
    bytes += 1_000_000
    await clock.advance(1_000)
  }
  assert.equal(collections, 0, 'much is read')
  await clock.advance(10_000)
  assert.equal(collections, 1)
  for (let second = 0; second < 120; second++) {
    bytes += 1_000
    await clock.advance(1_000)
  }
  assert.equal(collections, 1, 'little was read since')
  bytes += 5_000_000
  await clock.advance(10_000)
  assert.equal(collections, 2)
  bytes += 5_000_000
  await clock.advance(30_000)
  assert.equal(collections, 2, 'the last one was not long ago')
  await clock.advance(60_000)
  assert.equal(collections, 3)
})
