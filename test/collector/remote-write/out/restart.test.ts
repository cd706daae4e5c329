import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { maxSampleBytes, writeSamples } from '../../../../collector/remote-write/out/sample-records.ts'
import { Shards } from '../../../../collector/remote-write/out/shards.ts'
import { makeBatch } from '../../../support/remote-write-batch.ts'
import { FakeSeriesTable, startRemoteWrite } from '../../../support/remote-write-harness.ts'
import { RemoteWriteReceiver } from '../../../support/remote-write-receiver.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'

const START = Date.now()
const ROWS = 20
const ROUNDS = 5

test('what a killed process may have sent is refused as old, and nothing is lost beside it', async (t) => {
  const receiver = await RemoteWriteReceiver.start(t)
  // As Prometheus does it: a request with anything that is old is refused as a whole.
  const newest = new Map<string, number>()
  let isOpen = false
  receiver.answer = (_request, samples) => {
    if (!isOpen) return 503
    if (samples.some(({ labels, timeMs }) => timeMs <= (newest.get(labels) ?? 0))) return 400
    for (const { labels, timeMs } of samples) newest.set(labels, timeMs)
    return 204
  }
  const base = temporaryDirectory(t)
  const given = { url: receiver.url, max_samples_per_send: 30, max_shards: 1 }
  const table = new FakeSeriesTable()
  for (let row = 0; row < ROWS; row++) table.set(row, 'm', { row: String(row) })
  const first = await startRemoteWrite(t, join(base, 'a'), given, { table })
  for (let round = 0; round < ROUNDS; round++) {
    for (let row = 0; row < ROWS; row++) first.remote.sample(row, round, START + round)
  }
  await until('it is on disk', () => first.remote.stats.appended === ROWS * ROUNDS, { everyMs: 10 })
  // A copy of the queue before anything of it counts as sent: that of a process that was killed just then.
  cpSync(join(base, 'a'), join(base, 'b'), { recursive: true })
  isOpen = true
  await until('all of it has arrived', () => receiver.taken.length === ROWS * ROUNDS, { everyMs: 10 })
  await first.stop()
  const sentBefore = receiver.taken.length
  assert.equal(sentBefore, ROWS * ROUNDS)
  const second = await startRemoteWrite(t, join(base, 'b'), given, { table })
  for (let row = 0; row < ROWS; row++) second.remote.sample(row, 9, START + 9)
  await until('what is new has arrived', () => second.remote.stats.samples === ROWS, { everyMs: 10 })
  await second.stop()
  assert.equal(receiver.taken.length, sentBefore + ROWS)
  assert.equal(second.remote.stats.dropped.get('refused'), ROWS * ROUNDS)
  assert.equal(second.remote.stats.samples, ROWS)
})

test('a number of shards that changes in the middle loses and reorders nothing', async () => {
  const family = { name: 'm', type: 'gauge' as const, help: '', unit: '' }
  const defined = Array.from({ length: ROWS }, (_, row) => ({
    labels: ['__name__', 'm', 'row', String(row)],
    family,
    startMs: 0,
  }))
  const left = Array.from({ length: 40 }, (_, round) => {
    const samples = defined.map((_series, series) => ({ series, value: round, timeMs: START + round }))
    const { slice } = makeBatch(defined, samples).ranges[0]!
    const target = Buffer.alloc(maxSampleBytes(ROWS))
    const payload = target.subarray(0, writeSamples(slice, ROWS, target))
    return { payload, samples: ROWS, definitions: slice.definitions, taken: { open: ROWS }, isRecovered: false }
  })
  const got = new Map<string, number[]>()
  let samples = 0
  const shards = new Shards({
    ...{ maxSamples: 7, maxBytes: 1e6, deadlineMs: 1, clock: systemClock },
    next: () => Promise.resolve(left.shift()),
    onUnreadable: () => assert.fail('all can be read'),
    onDamaged: () => assert.fail('nothing is damaged'),
    onChanged: () => {},
    async deliver({ ranges }) {
      await systemClock.sleep(Math.random() * 3)
      for (const { slice, from, to } of ranges) {
        for (let index = from; index < to; index++) {
          const key = String(slice.series[index])
          got.set(key, [...(got.get(key) ?? []), slice.values[index]!])
          samples += 1
        }
      }
      return true
    },
  })
  shards.start()
  const counts = [3, 1, 8, 2, 5]
  await until(
    'all is delivered',
    () => {
      shards.want(counts[samples % counts.length]!)
      return samples === 40 * ROWS
    },
    { everyMs: 5 },
  )
  await shards.stop()
  for (const values of got.values())
    assert.deepEqual(
      values,
      Array.from({ length: 40 }, (_, round) => round),
    )
})
