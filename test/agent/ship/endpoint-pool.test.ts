import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { Endpoint } from '../../../agent/ship/endpoint.ts'
import { EndpointPool } from '../../../agent/ship/endpoint-pool.ts'
import { SHIP_EVENTS } from '../../../agent/ship/events.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ACCEPTED, later, type Reply, ShipHarness } from '../../support/ship-harness.ts'

const NEVER = new AbortController().signal

function createPool(names: string, random: () => number, maxInFlight = 8) {
  const clock = new ManualClock()
  const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write: () => {} })
  const events = createEvents('x', SHIP_EVENTS, { registry: createRegistry('x', '0'), logger, clock })
  const closed: string[] = []
  const endpoints = [...names].map(
    (name) =>
      new Endpoint({
        ...{ name, clock, encoding: 'zstd', maxInFlight, backoff: { initialMs: 100, maxMs: 100 } },
        sender: { send: async () => ACCEPTED, close: () => void closed.push(name) },
      }),
  )
  return { clock, closed, pool: new EndpointPool({ endpoints, clock, events, maxInFlight, random }) }
}

const hostsOf = (seen: readonly string[]) => seen.map((request) => request.split(' ')[0])

test('collectors take turns, from a random one on', async () => {
  const starts = new Set<string>()
  for (const random of [0, 0.4, 0.7, 0.99]) {
    const { pool } = createPool('abc', () => random)
    const names: string[] = []
    for (let request = 0; request < 6; request++) {
      const lease = await pool.acquire(NEVER)
      names.push(lease!.endpoint.name)
      pool.release(lease!, ACCEPTED)
    }
    starts.add(names[0]!)
    const [a, b, c] = names
    assert.deepEqual(names, [a, b, c, a, b, c])
    assert.equal(new Set(names).size, 3)
  }
  assert.equal(starts.size, 3)
})

test('a slow collector gets fewer requests, and keeps none from the others', async (t) => {
  const after =
    (delayMs: number): Reply =>
    async (_, __, signal) => {
      await ship.clock.sleep(delayMs, signal)
      return ACCEPTED
    }
  const ship: ShipHarness = new ShipHarness(t, { slow: after(1_000), quick: after(10) }, ['ship.max_in_flight=4'])
  const submitting = (async () => {
    for (let request = 0; request < 100; request++) await ship.submit(String(request))
  })()
  await ship.clock.advance(3_000)
  await submitting
  const slow = hostsOf(ship.seen).filter((host) => host === 'slow').length
  assert.ok(slow > 0 && slow <= 10, `${slow} of 100`)
  assert.equal(ship.acknowledged.length, 100)
})

test('a collector that fails is left at once, tried with one request, and used again when it works', async (t) => {
  let reply = later()
  const ship = new ShipHarness(t, { a: () => reply, b: () => ACCEPTED })
  for (const body of '12345678') void ship.submit(body)
  await ship.clock.advance(0)
  assert.equal(ship.acknowledged.length, 8, 'without a wait')
  const seen = ship.seen.length
  assert.equal(await ship.metric('endpoint_healthy{endpoint="http://a"}'), 0)
  assert.equal(await ship.metric('endpoint_healthy{endpoint="http://b"}'), 1)
  reply = ACCEPTED
  await ship.clock.advance(100)
  for (const body of 'abcdefgh') {
    void ship.submit(body)
    await ship.clock.advance(1)
  }
  assert.equal(hostsOf(ship.seen.slice(seen)).filter((host) => host === 'a').length, 4)
  assert.equal(await ship.metric('endpoint_failures_total'), 1)
  assert.equal(await ship.metric('endpoint_recoveries_total'), 1)
})

test('collectors that hang hold at most half of what may be under way while another works', async (t) => {
  const hang: Reply = async (_, __, signal) => {
    await ship.clock.sleep(30_000, signal)
    return later(0, 'timeout')
  }
  const ship: ShipHarness = new ShipHarness(t, { a: hang, b: hang, c: hang, works: () => ACCEPTED }, [
    'ship.max_in_flight=4',
  ])
  const submitting = (async () => {
    for (let request = 0; request < 2_000; request++) {
      await ship.submit(String(request))
      await ship.clock.sleep(100)
    }
  })()
  await ship.clock.advance(60_000)
  const before = ship.acknowledged.length
  await ship.clock.advance(30_000)
  assert.ok(ship.acknowledged.length - before > 250, `${ship.acknowledged.length - before} in half a minute`)
  await ship.clock.advance(400_000)
  await submitting
})

test('who waits is served in order, or not at all once it is given up', async () => {
  const { pool, clock } = createPool('a', () => 0, 1)
  const first = await pool.acquire(NEVER)
  const abort = new AbortController()
  const order: string[] = []
  const given = pool.acquire(abort.signal).then((lease) => order.push(`given up ${lease === undefined}`))
  const second = pool.acquire(NEVER).then((lease) => {
    order.push('second')
    return lease
  })
  abort.abort()
  await given
  pool.release(first!, later())
  await clock.advance(99)
  assert.ok(order.length <= 2)
  await clock.advance(1)
  pool.release((await second)!, ACCEPTED)
  assert.deepEqual(order, ['given up true', 'second'])
  assert.equal(await pool.acquire(abort.signal), undefined)
})

test('closing closes every connection', () => {
  const { pool, closed } = createPool('abc', Math.random)
  pool.close()
  assert.deepEqual(closed, ['a', 'b', 'c'])
})
