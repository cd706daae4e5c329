import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { AGENT_EVENTS } from '../../../agent/events.ts'
import type { Encoding, Outcome, RequestSender } from '../../../agent/ship/otlp-client.ts'
import { Shipper } from '../../../agent/ship/shipper.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { encodeLogsRequest, flatRecords } from '../../support/otlp-proto.ts'

type Reply = (records: readonly string[], encoding: Encoding) => Outcome | Promise<Outcome>
const ACCEPTED: Outcome = { kind: 'accepted', rejectedRecords: 0, message: '' }
const later = (afterMs: number): Outcome => ({ kind: 'retry', reason: 'http_429', message: 'slower', afterMs })

/** A shipper whose collector answers as the test says, and a list of what it saw. */
function setUp(reply: Reply, options: { maxInFlight?: number; encoding?: Encoding } = {}) {
  const seen: string[] = []
  const client: RequestSender = {
    send: async (body, encoding) => {
      const raw = encoding === 'gzip' ? gunzipSync(body) : encoding === 'zstd' ? zstdDecompressSync(body) : body
      const bodies = flatRecords(raw).map((record) => record.body)
      seen.push(`${encoding} ${bodies.join(',')}`)
      return reply(bodies, encoding)
    },
    close() {},
  }
  const clock = new ManualClock()
  const registry = createRegistry('agent', '0')
  const lines: string[] = []
  const logger = createLogger({ service: 'agent', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const shipper = new Shipper({
    ...{ client, clock, compressionLevel: 1, backoff: { initialMs: 100, maxMs: 1_000 } },
    events: createEvents('vedette_agent', AGENT_EVENTS, { registry, logger, clock }),
    encoding: options.encoding ?? 'zstd',
    maxInFlight: options.maxInFlight ?? 8,
  })
  const acknowledged: string[] = []
  const submit = (...bodies: string[]) => {
    const logRecords = bodies.map((body) => ({ body: { stringValue: body } }))
    const body = encodeLogsRequest({ resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] })
    const progress = [{ acknowledge: () => acknowledged.push(bodies.join(',')) }]
    return shipper.submit({ body, records: bodies.length, progress })
  }
  const balance = () => {
    const { records, acknowledgedRecords, droppedRecords } = shipper.stats
    assert.equal(records, acknowledgedRecords + droppedRecords + shipper.inFlightRecords)
    return { acknowledged: acknowledgedRecords, dropped: droppedRecords, inFlight: shipper.inFlightRecords }
  }
  return { shipper, clock, registry, lines, seen, acknowledged, submit, balance }
}

test('a request that is too large is halved until it fits; a record that never does is dropped and counted', async () => {
  const { clock, registry, seen, acknowledged, submit, balance } = setUp((bodies) =>
    bodies.length > 2 || bodies.includes('huge') ? { kind: 'too-large' } : ACCEPTED,
  )
  void submit('a', 'b', 'huge', 'd', 'e')
  await clock.advance(1)
  assert.deepEqual(seen, ['zstd a,b,huge,d,e', 'zstd a,b,huge', 'zstd a,b', 'zstd huge', 'zstd d,e'])
  assert.deepEqual(acknowledged, ['a,b,huge,d,e'], 'its place in the file is passed')
  assert.deepEqual(balance(), { acknowledged: 4, dropped: 1, inFlight: 0 })
  assert.match(await registry.metrics(), /vedette_agent_records_dropped_total\{reason="too_large"\} 1/)
})

test('the halves of a request are each tried again for as long as it takes', async () => {
  let failures = 3
  const { clock, acknowledged, submit, balance } = setUp((bodies) => {
    if (bodies.length > 1) return { kind: 'too-large' }
    failures -= 1
    return failures >= 0 ? later(0) : ACCEPTED
  })
  void submit('a', 'b')
  await clock.advance(1)
  assert.deepEqual(acknowledged, [])
  await clock.advance(10_000)
  assert.deepEqual(acknowledged, ['a,b'])
  assert.deepEqual(balance(), { acknowledged: 2, dropped: 0, inFlight: 0 })
})

test('where zstd is refused gzip is used, for this request and from then on', async () => {
  const { clock, seen, lines, acknowledged, submit } = setUp((_, encoding) =>
    encoding === 'zstd' ? { kind: 'encoding-refused' } : ACCEPTED,
  )
  void submit('a')
  await clock.advance(1)
  void submit('b')
  await clock.advance(1)
  assert.deepEqual(seen, ['zstd a', 'gzip a', 'gzip b'])
  assert.deepEqual(acknowledged, ['a', 'b'])
  assert.equal(lines.filter((line) => line.includes('does not take zstd')).length, 1)
})

test('what a collector refuses for good is dropped once, with its reason, and never sent again', async () => {
  const { clock, registry, seen, lines, acknowledged, submit, balance } = setUp(() => ({
    ...{ kind: 'refused', message: 'field 7 is no string' },
  }))
  void submit('a', 'b')
  await clock.advance(60_000)
  assert.deepEqual(seen, ['zstd a,b'])
  assert.deepEqual(acknowledged, ['a,b'])
  assert.deepEqual(balance(), { acknowledged: 0, dropped: 2, inFlight: 0 })
  assert.match(await registry.metrics(), /vedette_agent_records_dropped_total\{reason="refused"\} 2/)
  assert.match(lines.join(''), /level=error .*reason=refused err="field 7 is no string" count=2/)
})

test('partial success: rejected records are dropped and counted, however many the collector claims', async () => {
  for (const [claimed, dropped] of [
    [1, 1],
    [2, 2],
    [99, 2],
    [-1, 0],
    [2 ** 53, 2],
  ] as const) {
    const { clock, acknowledged, submit, balance } = setUp(() => ({
      ...{ kind: 'accepted', rejectedRecords: claimed, message: 'too old' },
    }))
    void submit('a', 'b')
    await clock.advance(1)
    assert.deepEqual(acknowledged, ['a,b'])
    assert.deepEqual(balance(), { acknowledged: 2 - dropped, dropped, inFlight: 0 }, `${claimed} claimed`)
  }
})

test('Retry-After is a lower bound of the wait; without it waits grow to their cap', async () => {
  const { clock, seen, submit } = setUp(() => later(30_000))
  void submit('a')
  await clock.advance(29_999)
  assert.equal(seen.length, 1)
  await clock.advance(1)
  assert.equal(seen.length, 2)
  const plain = setUp(() => later(0))
  void plain.submit('a')
  await plain.clock.advance(60_000)
  assert.ok(plain.seen.length >= 60, `${plain.seen.length} attempts, at least one a second`)
  assert.ok(plain.lines.length <= 7, 'and a line in ten seconds')
})

test('no more requests are under way than allowed', async () => {
  let open = 0
  let most = 0
  const { clock, acknowledged, submit } = setUp(
    async () => {
      open += 1
      most = Math.max(most, open)
      await clock.sleep(100)
      open -= 1
      return ACCEPTED
    },
    { maxInFlight: 3 },
  )
  const all = (async () => {
    for (let index = 0; index < 10; index++) await submit(String(index))
  })()
  await clock.advance(2_000)
  await all
  assert.equal(most, 3)
  assert.equal(acknowledged.length, 10)
})

test('stop waits for what is under way, up to the deadline, and then acknowledges nothing', async () => {
  const { shipper, clock, acknowledged, submit } = setUp(() => later(0))
  void submit('a')
  await clock.advance(1)
  const deadline = new AbortController()
  let stopped = false
  const stopping = shipper.stop(deadline.signal).then(() => {
    stopped = true
  })
  await clock.advance(5_000)
  assert.equal(stopped, false)
  deadline.abort()
  await stopping
  assert.deepEqual(acknowledged, [])
})
