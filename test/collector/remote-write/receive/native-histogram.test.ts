import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bitsOf, STALE_BITS, toLong, WriteRequestV1 } from '../../../support/remote-write-proto.ts'
import { makeIntake, NOW } from '../../../support/remote-write-requests.ts'

test('native histograms with buckets of their own become classic ones; others are refused', async () => {
  const { sink, intake } = makeIntake()
  const labels = [
    { name: '__name__', value: 'h' },
    { name: 'job', value: 'j' },
    { name: 'z', value: 'z' },
  ]
  const histogram = {
    ...{ countInt: 12, sum: toLong(bitsOf(99.5)), schema: -53, timestamp: NOW, customValues: [0.5, 1, 1e6] },
    positiveSpans: [
      { offset: 0, length: 1 },
      { offset: 1, length: 2 },
    ],
    positiveDeltas: [3, 2, -1],
  }
  const stale = { schema: 0, sum: toLong(STALE_BITS), timestamp: NOW + 1 }
  const exponential = {
    countInt: 1,
    sum: toLong(bitsOf(1)),
    schema: 3,
    timestamp: NOW,
    positiveSpans: [{ offset: 0, length: 1 }],
    positiveDeltas: [1],
  }
  const bytes = Buffer.from(
    WriteRequestV1.encode(
      WriteRequestV1.create({ timeseries: [{ labels, histograms: [histogram, exponential] }] }),
    ).finish(),
  )
  const tally = await intake.take(bytes, '1.0')
  assert.deepEqual(
    sink.samples.map(({ family, name, labels: of, value }) => [family, name, of, value]),
    [
      ['h histogram', 'h_bucket', 'job=j,le=0.5,z=z', 3],
      ['h histogram', 'h_bucket', 'job=j,le=1,z=z', 3],
      ['h histogram', 'h_bucket', 'job=j,le=1e+06,z=z', 8],
      ['h histogram', 'h_bucket', 'job=j,le=+Inf,z=z', 12],
      ['h histogram', 'h_sum', 'job=j,z=z', 99.5],
      ['h histogram', 'h_count', 'job=j,z=z', 12],
    ],
  )
  assert.equal(tally.histograms, 1)
  assert.deepEqual([...tally.refused], [['native_histogram', 1]])
  sink.samples.length = 0
  const ended = Buffer.from(
    WriteRequestV1.encode(WriteRequestV1.create({ timeseries: [{ labels, histograms: [stale] }] })).finish(),
  )
  assert.equal((await intake.take(ended, '1.0')).histograms, 1)
  assert.deepEqual(
    sink.samples.map(({ name, value }) => [name, value]),
    [
      ['h_sum', 'ended'],
      ['h_sum', 'ended'],
      ['h_count', 'ended'],
      ['h_count', 'ended'],
    ],
  )
})
