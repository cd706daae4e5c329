import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readMetric } from '../../../support/read-metric.ts'
import { type FakeSeriesTable, startRemoteWrite } from '../../../support/remote-write-harness.ts'
import { bitsOf, NAN_BITS, type SentSample, STALE_BITS } from '../../../support/remote-write-proto.ts'
import { RemoteWriteReceiver } from '../../../support/remote-write-receiver.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'

const START = Date.now()

async function set(t: TestContext, given: Readonly<Record<string, unknown>> = {}) {
  const receiver = await RemoteWriteReceiver.start(t)
  const directory = temporaryDirectory(t)
  const running = await startRemoteWrite(t, directory, { url: receiver.url, ...given })
  return { receiver, directory, ...running }
}

/** Some rounds of all of a number of series; the value is the round. */
function feed(
  remote: { sample(row: number, value: number, timeMs: number): void },
  rows: number,
  from: number,
  to: number,
) {
  for (let round = from; round < to; round++) {
    for (let row = 0; row < rows; row++) remote.sample(row, round, START + round)
  }
}

function fill(table: FakeSeriesTable, rows: number): void {
  for (let row = 0; row < rows; row++) table.set(row, 'm', { row: String(row) })
}

/** Times of each series in the order in which they were taken, those that came again left out. */
function timesBySeries(taken: readonly SentSample[]): Map<string, number[]> {
  const times = new Map<string, number[]>()
  for (const { labels, timeMs } of taken) {
    const all = times.get(labels) ?? []
    times.set(labels, all)
    if (!all.includes(timeMs)) all.push(timeMs)
  }
  return times
}

function assertAll(taken: readonly SentSample[], rows: number, rounds: number): void {
  const times = timesBySeries(taken)
  assert.equal(times.size, rows)
  const expected = Array.from({ length: rounds }, (_, round) => START + round)
  for (const [labels, all] of times) assert.deepEqual(all, expected, labels)
}

for (const protocol of ['1.0', '2.0']) {
  test(`samples, ends and what is NaN arrive to the bit by ${protocol}`, async (t) => {
    const { receiver, table, remote, stop } = await set(t, { protocol, external_labels: { cluster: 'c', z: 'z' } })
    table.set(0, 'a_total', { job: 'j', z: 'own' }, { type: 'counter' })
    table.rows[0]!.startMs = 1_000
    table.set(1, 'b', { aaa: 'ü' })
    remote.sample(0, 1.5, START)
    remote.sample(1, Number.NaN, START + 0.7)
    remote.sample(0, -0, START + 1)
    remote.ended(0, START + 2)
    remote.forgotten(0)
    table.set(0, 'other')
    remote.sample(0, 7, START + 3)
    await stop()
    const first = '__name__=a_total,cluster=c,job=j,z=own'
    const rows = receiver.taken.map(({ labels, bits, timeMs }) => [labels, bits, timeMs])
    assert.deepEqual(rows, [
      [first, bitsOf(1.5), START],
      ['__name__=b,aaa=ü,cluster=c,z=z', NAN_BITS, START],
      [first, bitsOf(-0), START + 1],
      [first, STALE_BITS, START + 2],
      ['__name__=other,cluster=c,z=z', bitsOf(7), START + 3],
    ])
    if (protocol === '2.0') assert.deepEqual([receiver.taken[0]!.startMs, receiver.taken[0]!.type], [1_000, 1])
    const { headers } = receiver.requests[0]!
    assert.equal(headers['x-prometheus-remote-write-version'], protocol === '1.0' ? '0.1.0' : '2.0.0')
    assert.equal(headers['content-encoding'], 'snappy')
    assert.equal(remote.stats.samples, 5)
    assert.equal(remote.pending, 0)
  })
}

test('a counter that begins anew is sent with its new start', async (t) => {
  const { receiver, table, remote, stop } = await set(t, { protocol: '2.0' })
  table.set(0, 'a_total', {}, { type: 'counter' })
  table.rows[0]!.startMs = 1_000
  remote.sample(0, 1, START)
  table.rows[0]!.startMs = 2_000
  remote.sample(0, 0, START + 1)
  await stop()
  assert.deepEqual(
    receiver.taken.map(({ startMs }) => startMs),
    [1_000, 2_000],
  )
})

test('a receiver that fails in every way gets all of it, in order', async (t) => {
  const { receiver, table, remote, registry } = await set(t, {
    timeout: '300ms',
    max_samples_per_send: 20,
    max_shards: 3,
  })
  fill(table, 50)
  const script = [500, 204, 'hang', 503, 204, 'reset', 'take_and_reset', 429, 204, 302, 204] as const
  let request = 0
  receiver.answer = () => {
    const answer = script[request++]
    if (answer !== 429) return answer ?? 204
    return { status: 429, headers: { 'retry-after': '1' } }
  }
  feed(remote, 50, 0, 6)
  await until('all has arrived', () => remote.pending === 0 && receiver.taken.length >= 300)
  assertAll(receiver.taken, 50, 6)
  const page = await registry.metrics()
  assert.equal(readMetric(page, 'vedette_collector_remote_write_samples_total'), 300)
  assert.equal(readMetric(page, 'vedette_collector_remote_write_samples_dropped_total'), 0)
  assert.ok(readMetric(page, 'vedette_collector_remote_write_samples_retried_total') >= 7 * 20)
  assert.ok(receiver.requests.some(({ headers }) => headers['retry-attempt'] === '1'))
  for (const code of ['2xx', '3xx', '429', '5xx', 'timeout', 'connection']) {
    assert.match(page, new RegExp(`requests_total\\{remote="default",code="${code}"\\} [1-9]`))
  }
})

test('Retry-After is waited for', async (t) => {
  const { receiver, table, remote } = await set(t)
  fill(table, 1)
  const times: number[] = []
  receiver.answer = () => {
    times.push(performance.now())
    return times.length > 1 ? 204 : { status: 503, headers: { 'retry-after': '1' } }
  }
  remote.sample(0, 1, START)
  await until('it is taken', () => receiver.taken.length === 1)
  assert.ok(times[1]! - times[0]! >= 990, String(times[1]! - times[0]!))
})

test('what is refused for good is dropped and counted, and the rest goes on', async (t) => {
  const { receiver, table, remote, stop } = await set(t, { max_samples_per_send: 10 })
  fill(table, 10)
  receiver.answer = (_request, samples) => (samples[0]!.timeMs === START + 1 ? 400 : 204)
  feed(remote, 10, 0, 3)
  await stop()
  assert.equal(receiver.requests.length, 3)
  assert.deepEqual(timesBySeries(receiver.taken).get('__name__=m,row=3'), [START, START + 2])
  assert.deepEqual([...remote.stats.dropped], [['refused', 10]])
  assert.equal(remote.stats.failedSamples, 10)
  assert.equal(remote.pending, 0)
})

test('what is too large is sent in halves', async (t) => {
  const { receiver, table, remote, stop } = await set(t)
  fill(table, 10)
  receiver.answer = (_request, samples) => (samples.length > 3 ? 413 : 204)
  feed(remote, 10, 0, 2)
  await stop()
  assertAll(receiver.taken, 10, 2)
})

for (const [name, answer] of [
  ['says 415', 415],
  ['takes 2.0 without a word of it', { status: 204, headers: { 'x-prometheus-remote-write-samples-written': [] } }],
] as const) {
  test(`a receiver that ${name} gets 1.0`, async (t) => {
    const { receiver, table, remote, stop } = await set(t, { protocol: '2.0' })
    fill(table, 3)
    receiver.answer = ({ headers }) => {
      if (headers['x-prometheus-remote-write-version'] !== '2.0.0') return 204
      return answer as 415
    }
    feed(remote, 3, 0, 2)
    await stop()
    const versions = receiver.requests.map(({ headers }) => headers['x-prometheus-remote-write-version'])
    assert.deepEqual(versions, ['2.0.0', '0.1.0'])
    assertAll(receiver.taken, 3, 2)
    assert.equal(remote.stats.samples, 6)
  })
}

test('what a receiver of 2.0 says that it left out is counted', async (t) => {
  const { receiver, table, remote, stop } = await set(t, { protocol: '2.0' })
  fill(table, 5)
  receiver.answer = () => ({ status: 200, headers: { 'x-prometheus-remote-write-samples-written': '3' } })
  feed(remote, 5, 0, 1)
  await stop()
  assert.deepEqual([...remote.stats.dropped], [['not_written', 2]])
  assert.equal(remote.stats.samples, 3)
})

test('series are kept and dropped by rules', async (t) => {
  const { receiver, table, remote, stop } = await set(t, {
    external_labels: { cluster: 'c' },
    write_relabel: [
      { action: 'keep', match: '{__name__=~"container_.*", cluster="c"}' },
      { action: 'drop', match: 'namespace=~"test-.+"' },
    ],
  })
  table.set(0, 'container_a', { namespace: 'shop' })
  table.set(1, 'container_b', { namespace: 'test-1' })
  table.set(2, 'node_c', {})
  table.set(3, 'container_d')
  feed(remote, 4, 0, 2)
  await stop()
  assert.deepEqual(
    [...timesBySeries(receiver.taken).keys()],
    ['__name__=container_a,cluster=c,namespace=shop', '__name__=container_d,cluster=c'],
  )
  assert.equal(remote.notWanted, 4)
})

test('samples that are too old are given up', async (t) => {
  const { receiver, table, remote, stop } = await set(t, { queue: { max_age: '1m' } })
  table.set(0, 'old')
  table.set(1, 'new')
  remote.sample(0, 1, START - 120_000)
  await until('it is given up', () => remote.stats.dropped.get('too_old') === 1)
  remote.sample(1, 1, START)
  await stop()
  assert.deepEqual(
    receiver.taken.map(({ labels }) => labels),
    ['__name__=new'],
  )
})

test('credentials and headers go with each request', async (t) => {
  const { receiver, table, remote, stop } = await set(t, {
    basic_auth: { username: 'u', password: 'p' },
    headers: { 'X-Scope-OrgID': 'team', 'Content-Type': 'text/plain' },
  })
  table.set(0, 'a')
  remote.sample(0, 1, START)
  await stop()
  const { headers } = receiver.requests[0]!
  assert.equal(headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`)
  assert.equal(headers['x-scope-orgid'], 'team')
  assert.equal(headers['content-type'], 'application/x-protobuf')
})
