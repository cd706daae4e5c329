import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DesiredShards } from '../../../../collector/remote-write/out/desired-shards.ts'

/** Ten seconds with so many samples a second, each of which takes so long to be sent by one shard. */
function look(desired: DesiredShards, perSecond: number, msPerSample: number, pending = 0): number {
  const appended = 10 * perSecond
  return desired.update({ appended, sent: appended, sendMs: appended * msPerSample, pending, periodMs: 10_000 })
}

test('there are as many shards as keep up', () => {
  const desired = new DesiredShards(10)
  assert.equal(look(desired, 1_000, 0.1), 1)
  // A thousand samples a second, of which a shard sends 250.
  for (let round = 0; round < 30; round++) look(desired, 1_000, 4)
  assert.equal(desired.current, 4)
  // What waits is caught up.
  assert.ok(look(desired, 1_000, 4, 100_000) > 4)
  for (let round = 0; round < 60; round++) look(desired, 1_000, 50)
  assert.equal(desired.current, 10)
  for (let round = 0; round < 60; round++) look(desired, 10, 1)
  assert.equal(desired.current, 1)
})

test('while nothing goes out there are no more shards', () => {
  const desired = new DesiredShards(10)
  look(desired, 1_000, 1)
  for (let round = 0; round < 20; round++) {
    desired.update({ appended: 1e6, sent: 0, sendMs: 0, pending: 1e7, periodMs: 10_000 })
  }
  assert.equal(desired.current, 1)
})
