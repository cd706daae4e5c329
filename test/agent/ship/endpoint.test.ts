import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoint } from '../../../agent/ship/endpoint.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ACCEPTED, later, refused } from '../../support/ship-harness.ts'

function setUp(maxInFlight = 8) {
  const clock = new ManualClock()
  const endpoint = new Endpoint({
    ...{ name: 'a', clock, encoding: 'zstd', maxInFlight },
    sender: { send: async () => ACCEPTED, close() {} },
    backoff: { initialMs: 100, maxMs: 1_000, random: () => 0 },
  })
  return { clock, endpoint }
}

test('a failure halves what may be under way, each round that is accepted adds one', () => {
  const { endpoint } = setUp()
  const limits: number[] = []
  for (let failure = 0; failure < 5; failure++) {
    endpoint.end(endpoint.begin(), later())
    limits.push(endpoint.limit)
  }
  assert.deepEqual(limits, [4, 2, 1, 1, 1])
  for (const expected of [2, 2, 3, 3, 3, 4]) {
    endpoint.end(endpoint.begin(), ACCEPTED)
    assert.equal(endpoint.limit, expected)
  }
  for (let more = 0; more < 100; more++) endpoint.end(endpoint.begin(), ACCEPTED)
  assert.equal(endpoint.limit, 8, 'and no more than configured')
})

test('after a failure nothing is sent for a while, then one request, and more once that was answered', async () => {
  const { clock, endpoint } = setUp()
  const early = endpoint.begin()
  assert.equal(endpoint.end(endpoint.begin(), later()), 'failed')
  assert.deepEqual([endpoint.isHealthy, endpoint.waitMs], [false, 100])
  assert.equal(endpoint.end(early, ACCEPTED), undefined, 'was sent before the failure')
  assert.equal(endpoint.isHealthy, false)
  await clock.advance(100)
  assert.equal(endpoint.waitMs, 0)
  const probe = endpoint.begin()
  assert.equal(endpoint.waitMs, Number.POSITIVE_INFINITY)
  assert.equal(endpoint.end(probe, later()), undefined, 'it is known already')
  assert.equal(endpoint.waitMs, 200, 'and the wait grows')
  await clock.advance(200)
  assert.equal(endpoint.end(endpoint.begin(), refused()), 'recovered', 'any answer will do')
  assert.equal(endpoint.waitMs, 0)
  endpoint.end(endpoint.begin(), later())
  assert.equal(endpoint.waitMs, 100, 'waits begin anew')
})

test('several requests that fail together are one failure', () => {
  const { endpoint } = setUp()
  const tickets = Array.from({ length: 8 }, () => endpoint.begin())
  assert.deepEqual(
    tickets.map((ticket) => endpoint.end(ticket, later())),
    ['failed', ...Array(7).fill(undefined)],
  )
  assert.deepEqual([endpoint.limit, endpoint.waitMs], [4, 100])
})

test('a wait that the collector asks for is kept, whichever request was told, even at a stop', async () => {
  const { clock, endpoint } = setUp()
  const [first, second, third] = [endpoint.begin(), endpoint.begin(), endpoint.begin()]
  endpoint.end(first, later())
  endpoint.end(second, later(5_000))
  assert.equal(endpoint.waitMs, 5_000)
  endpoint.hurry()
  assert.equal(endpoint.waitMs, 5_000)
  await clock.advance(5_000)
  const probe = endpoint.begin()
  endpoint.end(third, later(9_000))
  assert.equal(endpoint.end(probe, ACCEPTED), undefined)
  assert.deepEqual([endpoint.isHealthy, endpoint.waitMs], [false, 9_000])
  const plain = setUp().endpoint
  plain.end(plain.begin(), later())
  plain.hurry()
  assert.equal(plain.waitMs, 0)
})

test('a request that was given up says nothing about the collector', async () => {
  const { clock, endpoint } = setUp()
  endpoint.end(endpoint.begin(), undefined)
  assert.deepEqual([endpoint.isHealthy, endpoint.limit, endpoint.inFlight], [true, 8, 0])
  endpoint.end(endpoint.begin(), later())
  await clock.advance(100)
  endpoint.end(endpoint.begin(), undefined)
  assert.deepEqual([endpoint.isHealthy, endpoint.waitMs], [false, 0])
})
