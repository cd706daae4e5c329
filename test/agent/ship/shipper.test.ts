import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../../agent/ship/outcome.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { ACCEPTED, ENCODING_REFUSED, later, refused, ShipHarness, TOO_LARGE } from '../../support/ship-harness.ts'

test('a request that is too large is halved until it fits', async (t) => {
  const ship = new ShipHarness(t, (bodies) => (bodies.length > 2 ? TOO_LARGE : ACCEPTED))
  void ship.submit('a', 'b', 'c', 'd', 'e')
  await ship.clock.advance(1)
  assert.deepEqual(ship.seen, ['zstd a,b,c,d,e', 'zstd a,b,c', 'zstd a,b', 'zstd c', 'zstd d,e'])
  assert.deepEqual(ship.acknowledged, ['a,b,c,d,e'])
  assert.deepEqual(ship.balance(), { acknowledged: 5, dropped: 0, inFlight: 0 })
  assert.equal(await ship.metric('requests_split_total{reason="too_large"}'), 2)
  assert.equal(ship.shipper.inFlightBytes, 0)
})

test('a record that is too large alone is sent with less of its body, which says so', async (t) => {
  const long = 'ä'.repeat(4_000)
  const ship = new ShipHarness(t, (bodies) => (Buffer.byteLength(bodies.join('')) > 3_001 ? TOO_LARGE : ACCEPTED))
  void ship.submit(long)
  await ship.clock.advance(1)
  assert.deepEqual(
    ship.seen.map((request) => Buffer.byteLength(request.slice('zstd '.length))),
    [8_000, 4_000, 2_000],
  )
  assert.equal(ship.lastRecords[0]?.originalBytes, 8_000)
  assert.deepEqual(ship.balance(), { acknowledged: 1, dropped: 0, inFlight: 0 })
  assert.equal(await ship.metric('records_shortened_total'), 1)
  assert.deepEqual([ship.letters(), ship.shipper.inFlightBytes], [[], 0])
})

test('a record that is too large however short it is goes to the dead letter, whole, without its neighbours', async (t) => {
  const huge = `huge${'x'.repeat(5_000)}`
  const ship = new ShipHarness(t, (bodies) => (bodies.some((body) => body.startsWith('huge')) ? TOO_LARGE : ACCEPTED))
  void ship.submit('a', huge, 'c')
  await ship.settle()
  assert.equal(ship.acknowledged.length, 1, 'its place in the file is passed')
  assert.deepEqual(ship.balance(), { acknowledged: 2, dropped: 1, inFlight: 0 })
  assert.equal(await ship.metric('records_dropped_total{reason="too_large"}'), 1)
  assert.equal(await ship.metric('records_dead_letter_total{reason="too_large"}'), 1)
  const [letter] = ship.letters()
  assert.ok(letter?.bodies.length === 1 && letter.bodies[0] === huge)
  assert.equal(letter?.why.message, 'status 413')
  assert.equal(ship.shipper.inFlightBytes, 0)
})

test('one record that is refused for good does not take its neighbours with it', async (t) => {
  const ship = new ShipHarness(t, (bodies) => (bodies.includes('bad') ? refused('field 7 is no string') : ACCEPTED))
  const bodies = Array.from({ length: 1_000 }, (_, index) => (index === 611 ? 'bad' : String(index)))
  void ship.submit(...bodies)
  await ship.settle()
  assert.deepEqual(ship.balance(), { acknowledged: 999, dropped: 1, inFlight: 0 })
  assert.ok(ship.seen.length <= 21, `${ship.seen.length} requests`)
  assert.deepEqual(ship.letters(), [
    {
      why: { reason: 'refused', message: 'field 7 is no string', endpoint: 'http://collector' },
      records: 1,
      bodies: ['bad'],
    },
  ])
  assert.match(ship.lines.join(''), /level=error .*gave up records.* reason=refused .*err="field 7 is no string"/)
  assert.equal(ship.lines.join('').includes('bad'), false, 'no body in the log')
})

test('the search for what is refused is bounded; what is left is kept together', async (t) => {
  const ship = new ShipHarness(t, () => refused())
  const bodies = Array.from({ length: 500 }, (_, index) => String(index))
  void ship.submit(...bodies)
  await ship.settle()
  assert.deepEqual(ship.balance(), { acknowledged: 0, dropped: 500, inFlight: 0 })
  assert.ok(ship.seen.length <= 64 + 32, `${ship.seen.length} requests`)
  const buried = ship.letters().flatMap((letter) => letter.bodies)
  assert.deepEqual(buried, bodies)
  assert.equal(ship.shipper.inFlightBytes, 0)
})

test('a collector that calls everything too large is not asked about each record', async (t) => {
  const ship = new ShipHarness(t, () => TOO_LARGE)
  const bodies = Array.from({ length: 5_000 }, (_, index) => `${index} ${'x'.repeat(40)}`)
  void ship.submit(...bodies)
  await ship.settle()
  assert.deepEqual(ship.balance(), { acknowledged: 0, dropped: 5_000, inFlight: 0 })
  assert.ok(ship.seen.length < 200, `${ship.seen.length} requests`)
  assert.deepEqual(
    ship.letters().flatMap((letter) => letter.bodies),
    bodies,
  )
})

test('while the disk takes no dead letter the rest goes on, and in the end the record is given up', async (t) => {
  const disk = new FaultyFiles()
  disk.failingSyncs = 100
  const ship = new ShipHarness(t, (bodies) => (bodies.includes('bad') ? refused() : ACCEPTED), [], {
    files: disk.files,
  })
  void ship.submit('bad')
  await ship.clock.advance(10)
  assert.deepEqual(ship.balance(), { acknowledged: 0, dropped: 0, inFlight: 1 })
  void ship.submit('good')
  await ship.settle(1_000)
  assert.deepEqual(ship.balance(), { acknowledged: 1, dropped: 1, inFlight: 0 })
  assert.deepEqual(ship.acknowledged, ['good', 'bad'])
  assert.equal(await ship.metric('dead_letter_write_errors_total'), 8)
  assert.equal(await ship.metric('records_dead_letter_total{reason="refused"}'), undefined)
})

test('no dead letter is kept where none is wanted', async (t) => {
  const ship = new ShipHarness(t, () => refused(), ['ship.dead_letter.max_bytes=0'])
  void ship.submit('a')
  await ship.settle()
  assert.deepEqual([ship.balance().dropped, ship.letters()], [1, []])
})

test('the halves of a request are each tried again for as long as it takes', async (t) => {
  let failures = 3
  const ship = new ShipHarness(t, (bodies) => {
    if (bodies.length > 1) return TOO_LARGE
    failures -= 1
    return failures >= 0 ? later() : ACCEPTED
  })
  void ship.submit('a', 'b')
  await ship.clock.advance(1)
  assert.deepEqual(ship.acknowledged, [])
  await ship.clock.advance(10_000)
  assert.deepEqual(ship.acknowledged, ['a,b'])
  assert.deepEqual(ship.balance(), { acknowledged: 2, dropped: 0, inFlight: 0 })
})

test('a large request that is cut off again and again is halved; a small one is not', async (t) => {
  const cut = later(0, 'timeout')
  const ship = new ShipHarness(t, (bodies) => (bodies.join('').length > 200_000 ? cut : ACCEPTED), [
    'ship.compression=identity',
  ])
  void ship.submit('a'.repeat(150_000), 'b'.repeat(150_000))
  await ship.clock.advance(10_000)
  assert.equal(ship.seen.length, 5)
  assert.deepEqual(ship.balance(), { acknowledged: 2, dropped: 0, inFlight: 0 })
  const small = new ShipHarness(t, () => cut)
  void small.submit('a', 'b')
  await small.clock.advance(10_000)
  assert.ok(small.seen.length > 3 && small.seen.every((request) => request === 'zstd a,b'))
})

test('where zstd is refused gzip is used, where that is refused nothing, and each collector is asked for itself', async (t) => {
  const answer = (taken: string) => (_: unknown, encoding: string) => (encoding === taken ? ACCEPTED : ENCODING_REFUSED)
  const ship = new ShipHarness(t, { a: answer('zstd'), b: answer('gzip'), c: answer('identity') })
  for (const body of '123456') {
    void ship.submit(body)
    await ship.clock.advance(1)
  }
  const taken = (host: string) =>
    ship.seen.filter((request) => request.startsWith(host)).map((line) => line.slice(2, -2))
  assert.deepEqual(new Set(taken('a')), new Set(['zstd']))
  assert.deepEqual(taken('b').slice(0, 2), ['zstd', 'gzip'])
  assert.deepEqual(new Set(taken('b').slice(1)), new Set(['gzip']))
  assert.deepEqual(taken('c').slice(0, 3), ['zstd', 'gzip', 'identity'])
  assert.equal(ship.acknowledged.length, 6)
  assert.equal(await ship.metric('compression_refused_total'), 2)
  await ship.clock.advance(3_600_000)
  for (const body of '789') {
    void ship.submit(body)
    await ship.clock.advance(1)
  }
  assert.equal(taken('b').filter((encoding) => encoding === 'zstd').length, 2, 'it may have been updated')
})

test('a collector that came back is sent zstd again; content that nobody takes is not blamed on the encoding', async (t) => {
  let answer: (encoding: string) => Outcome = (encoding) => (encoding === 'zstd' ? ENCODING_REFUSED : ACCEPTED)
  const ship = new ShipHarness(t, (_, encoding) => answer(encoding))
  void ship.submit('a')
  await ship.clock.advance(1)
  answer = () => later(0, 'econnrefused')
  void ship.submit('b')
  await ship.clock.advance(1)
  answer = (encoding) => (encoding === 'identity' ? refused() : ENCODING_REFUSED)
  await ship.clock.advance(2_000)
  answer = () => ACCEPTED
  void ship.submit('c')
  await ship.clock.advance(10)
  const encodings = ship.seen.map((request) => request.split(' ')[0])
  assert.deepEqual(encodings.slice(0, 3), ['zstd', 'gzip', 'gzip'])
  assert.deepEqual(encodings.slice(-4), ['zstd', 'gzip', 'identity', 'zstd'])
  assert.equal(await ship.metric('compression_refused_total'), 1)
})

test('partial success: rejected records are dropped and counted, however many the collector claims', async (t) => {
  for (const [claimed, dropped] of [
    [1, 1],
    [2, 2],
    [99, 2],
    [-1, 0],
    [2 ** 53, 2],
  ] as const) {
    const ship = new ShipHarness(t, () => ({ kind: 'accepted', rejectedRecords: claimed, message: 'too old' }))
    void ship.submit('a', 'b')
    await ship.clock.advance(1)
    assert.deepEqual(ship.seen, ['zstd a,b'], 'never sent again')
    assert.deepEqual(ship.acknowledged, ['a,b'])
    assert.deepEqual(ship.balance(), { acknowledged: 2 - dropped, dropped, inFlight: 0 }, `${claimed} claimed`)
    assert.match(ship.lines.join(''), /err="?too old/)
  }
})

test('Retry-After is a lower bound of the wait; without it waits grow to their cap', async (t) => {
  const asked = new ShipHarness(t, () => later(30_000))
  void asked.submit('a')
  await asked.clock.advance(30_000)
  assert.equal(asked.seen.length, 1)
  await asked.clock.advance(100)
  assert.equal(asked.seen.length, 2)
  const plain = new ShipHarness(t, () => later())
  void plain.submit('a')
  await plain.clock.advance(60_000)
  assert.ok(plain.seen.length >= 60, `${plain.seen.length} attempts, at least one a second`)
  assert.ok(plain.lines.filter((line) => line.includes('cannot deliver')).length <= 7, 'and a line in ten seconds')
  assert.equal(await plain.metric('endpoint_healthy{endpoint="http://collector"}'), 0)
})

test('no more requests and bytes are under way than allowed', async (t) => {
  let open = 0
  let most = 0
  const ship: ShipHarness = new ShipHarness(t, async () => {
    open += 1
    most = Math.max(most, open)
    await ship.clock.sleep(100)
    open -= 1
    return ACCEPTED
  }, ['ship.max_in_flight=3', 'ship.max_in_flight_bytes=20KB', 'ship.compression=identity'])
  const submit = async (bodies: readonly string[]) => {
    most = 0
    const all = (async () => {
      for (const body of bodies) await ship.submit(body)
    })()
    await ship.clock.advance(2_000)
    await all
  }
  await submit(Array.from({ length: 10 }, String))
  assert.equal(most, 3)
  await submit(Array.from({ length: 10 }, () => 'x'.repeat(10_000)))
  assert.equal(most, 2)
  assert.equal(ship.acknowledged.length, 20)
  assert.equal(ship.shipper.inFlightBytes, 0)
})

test('metrics tell what is under way and to whom', async (t) => {
  const ship: ShipHarness = new ShipHarness(t, async (_, __, signal) => {
    await ship.clock.sleep(1_000, signal)
    return ACCEPTED
  })
  void ship.submit('a')
  void ship.submit('b')
  await ship.clock.advance(1)
  assert.equal(ship.shipper.inFlightRequests, 2)
  assert.equal(await ship.metric('endpoint_requests_in_flight{endpoint="http://collector"}'), 2)
  assert.equal(await ship.metric('endpoint_healthy{endpoint="http://collector"}'), 1)
  assert.ok((await ship.metric('in_flight_bytes'))! > 0)
  await ship.clock.advance(1_000)
  assert.equal(ship.shipper.inFlightRequests, 0)
  assert.equal(await ship.metric('in_flight_bytes'), 0)
  assert.equal(await ship.metric('request_duration_seconds_sum{outcome="accepted"}'), 2)
})

test('stop waits for what is under way, up to the deadline, and then acknowledges nothing', async (t) => {
  const ship = new ShipHarness(t, () => later())
  void ship.submit('a')
  await ship.clock.advance(1)
  const deadline = new AbortController()
  let stopped = false
  const stopping = ship.shipper.stop(deadline.signal).then(() => {
    stopped = true
  })
  await ship.clock.advance(5_000)
  assert.equal(stopped, false)
  deadline.abort()
  await stopping
  assert.deepEqual(ship.acknowledged, [])
  assert.deepEqual(ship.balance(), { acknowledged: 0, dropped: 0, inFlight: 1 }, 'it stays on disk')
  assert.equal(ship.shipper.inFlightBytes, 0)
})

test('at a stop a collector that failed is tried at once, unless it asked for time', async (t) => {
  for (const [afterMs, attempts] of [
    [0, 2],
    [60_000, 1],
  ] as const) {
    let reply = later(afterMs)
    const settings = ['ship.backoff.initial=1h', 'ship.backoff.max=1h']
    const ship = new ShipHarness(t, () => reply, settings)
    void ship.submit('a')
    await ship.clock.advance(1)
    reply = ACCEPTED
    const deadline = new AbortController()
    const stopping = ship.shipper.stop(deadline.signal)
    await ship.clock.advance(1)
    assert.equal(ship.seen.length, attempts)
    deadline.abort()
    await stopping
  }
})
