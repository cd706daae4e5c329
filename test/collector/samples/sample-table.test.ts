import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SampleTable } from '../../../collector/samples/sample-table.ts'
import { labels, metricsOf, type ProtoPoint } from '../../support/metrics-proto.ts'

const DELTA = 1
const CUMULATIVE = 2
const SECOND = 1_000_000_000n
const at = (seconds: number) => String(1_790_000_000n * SECOND + BigInt(seconds) * SECOND)

function create(options: { maxSeries?: number; maxBytes?: number } = {}) {
  const clock = { nowMs: 0 }
  const table = new SampleTable({
    maxSeries: 100,
    maxBytes: 1024 ** 2,
    maxAgeMs: 60_000,
    nowMs: () => clock.nowMs,
    ...options,
  })
  const sum = (temporality: number, ...dataPoints: readonly ProtoPoint[]) =>
    table.ingest(
      metricsOf({
        name: 'requests',
        unit: '1',
        sum: { dataPoints, aggregationTemporality: temporality, isMonotonic: true },
      }),
    )
  const one = () => {
    const samples = [...table.samples()]
    assert.equal(samples.length, 1)
    return samples[0]!
  }
  return { table, clock, sum, one }
}

test('the last sample of each series is kept, with what it is of', () => {
  const { table, one } = create()
  const point = { timeUnixNano: at(1), asInt: '-5', attributes: labels({ b: '2', a: '1' }) }
  assert.deepEqual(
    table.ingest(metricsOf({ name: 'depth', unit: 'By', description: 'd', gauge: { dataPoints: [point] } })),
    {
      points: 1,
      refused: new Map(),
    },
  )
  const later = { timeUnixNano: at(2), asDouble: 2.5, attributes: labels({ a: '1', b: '2' }) }
  table.ingest(metricsOf({ name: 'depth', unit: 'By', gauge: { dataPoints: [later] } }))
  const { resource, scope, name, unit, description, kind, attributes, value, timeMs } = one()
  assert.deepEqual([...resource], [['service.name', 'shop']])
  assert.deepEqual(
    [scope, name, unit, description, kind],
    [{ name: 'meter', version: '' }, 'depth', 'By', 'd', 'gauge'],
  )
  assert.deepEqual(
    [...attributes],
    [
      ['a', '1'],
      ['b', '2'],
    ],
  )
  assert.deepEqual([value, timeMs], [2.5, 1_790_000_002_000])
  // What is older changes nothing.
  table.ingest(metricsOf({ name: 'depth', unit: 'By', gauge: { dataPoints: [point] } }))
  assert.equal(one().value, 2.5)
})

test('deltas are summed up, once each, and cumulative sums replace each other', () => {
  const { sum, one } = create()
  for (const second of [1, 2, 2, 3])
    sum(DELTA, { startTimeUnixNano: at(second - 1), timeUnixNano: at(second), asInt: '10' })
  assert.deepEqual([one().value, one().startMs, one().isMonotonic], [30, 1_790_000_000_000, true])
  sum(CUMULATIVE, { startTimeUnixNano: at(0), timeUnixNano: at(4), asDouble: 7.5 })
  assert.equal(one().value, 7.5)
})

test('a series that ended is stale until it begins again', () => {
  const { sum, one } = create()
  sum(CUMULATIVE, { timeUnixNano: at(1), asInt: '1' })
  sum(CUMULATIVE, { timeUnixNano: at(2), flags: 1 })
  assert.equal(one().isStale, true)
  sum(CUMULATIVE, { timeUnixNano: at(3), asInt: '2' })
  assert.deepEqual([one().isStale, one().value], [false, 2])
})

test('histograms and summaries are kept whole, and deltas of histograms summed up', () => {
  const { table, one } = create()
  const histogram = (second: number, bounds: number[], counts: string[]) => {
    const point = {
      timeUnixNano: at(second),
      count: '6',
      sum: 1.5,
      min: 0.1,
      max: 9,
      explicitBounds: bounds,
      bucketCounts: counts,
    }
    return table.ingest(metricsOf({ name: 'h', histogram: { dataPoints: [point], aggregationTemporality: DELTA } }))
  }
  for (const second of [1, 2]) histogram(second, [1, 5], ['1', '2', '3'])
  const shared = { kind: 'histogram', min: 0.1, max: 9 }
  assert.deepEqual(one().distribution, { ...shared, count: 12, sum: 3, bounds: [1, 5], bucketCounts: [2, 4, 6] })
  histogram(3, [2], ['1', '5'])
  assert.deepEqual(one().distribution, { ...shared, count: 6, sum: 1.5, bounds: [2], bucketCounts: [1, 5] })
  assert.deepEqual(histogram(4, [2, 3], ['1'])?.refused, new Map([['invalid_distribution', 1]]))
  const quantileValues = [
    { quantile: 0.5, value: 3 },
    { quantile: 1, value: 8 },
  ]
  table.ingest(
    metricsOf({ name: 's', summary: { dataPoints: [{ timeUnixNano: at(1), count: '4', sum: 9, quantileValues }] } }),
  )
  const summary = [...table.samples()].find(({ kind }) => kind === 'summary')
  assert.deepEqual(summary?.distribution, { kind: 'summary', count: 4, sum: 9, quantiles: quantileValues })
})

/** Values in buckets of the finest scale, so that the sum of deltas can be checked by counting. */
const values = fc.array(fc.double({ min: 0.001, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 20 })

function exponential(scale: number, of: readonly number[]) {
  const base = 2 ** (2 ** -scale)
  const places = of.map((value) => Math.ceil(Math.log(value) / Math.log(base)) - 1)
  const offset = Math.min(...places)
  const bucketCounts = new Array<number>(Math.max(...places) - offset + 1).fill(0)
  for (const place of places) bucketCounts[place - offset]! += 1
  return { scale, offset, bucketCounts }
}

test('deltas of exponential histograms are summed up at the coarser scale', () => {
  const property = fc.property(
    values,
    values,
    fc.integer({ min: -2, max: 3 }),
    fc.integer({ min: -2, max: 3 }),
    (a, b, scaleA, scaleB) => {
      const { table, one } = create()
      for (const [index, [of, scale]] of (
        [
          [a, scaleA],
          [b, scaleB],
        ] as const
      ).entries()) {
        const { offset, bucketCounts } = exponential(scale, of)
        const positive = { offset, bucketCounts: bucketCounts.map(String) }
        const point = { timeUnixNano: at(index + 1), count: String(of.length), sum: 1, scale, zeroCount: '1', positive }
        table.ingest(
          metricsOf({ name: 'e', exponentialHistogram: { dataPoints: [point], aggregationTemporality: DELTA } }),
        )
      }
      const { distribution } = one()
      assert.ok(distribution?.kind === 'exponential_histogram')
      const { positive, scale, count, zeroCount } = distribution
      assert.deepEqual([count, zeroCount], [a.length + b.length, 2])
      assert.equal(
        positive.bucketCounts.reduce((total, each) => total + each, 0),
        a.length + b.length,
      )
      assert.ok(scale <= Math.min(scaleA, scaleB) && positive.bucketCounts.length <= 160)
      // Each bucket of the sum is what the buckets of the parts make when they are joined.
      for (const [of, from] of [
        [a, scaleA],
        [b, scaleB],
      ] as const) {
        for (const value of of) {
          const fine = Math.ceil(Math.log(value) / Math.log(2 ** (2 ** -from))) - 1
          const place = Math.floor(fine / 2 ** (from - scale)) - positive.offset
          assert.ok((positive.bucketCounts[place] ?? 0) > 0)
        }
      }
    },
  )
  fc.assert(property, { numRuns: 100 })
})

test('series beyond a limit are refused, those that are there go on, and old ones make room', () => {
  const { table, clock } = create({ maxSeries: 2 })
  const send = (...names: readonly string[]) =>
    table.ingest(
      metricsOf(
        ...names.map((name) => ({ name, gauge: { dataPoints: [{ timeUnixNano: at(clock.nowMs), asInt: '1' }] } })),
      ),
    )
  assert.deepEqual(send('a', 'b', 'c', 'd')?.refused, new Map([['series_limit', 2]]))
  assert.equal(table.size, 2)
  const { bytes } = table
  assert.ok(bytes > 0)
  clock.nowMs = 50_000
  assert.equal(send('a')?.refused.size, 0)
  clock.nowMs = 70_000
  assert.equal(table.expire(), 1)
  assert.deepEqual(
    [...table.samples()].map(({ name }) => name),
    ['a'],
  )
  assert.equal(table.bytes, bytes / 2)
  assert.equal(send('c')?.refused.size, 0)
  clock.nowMs = 200_000
  assert.equal(table.expire(), 2)
  assert.deepEqual([table.size, table.bytes, [...table.samples()].length], [0, 0, 0])
  assert.deepEqual(
    create({ maxBytes: 10 }).sum(CUMULATIVE, { timeUnixNano: at(1), asInt: '1' })?.refused,
    new Map([['series_limit', 1]]),
  )
})

test('points that mean nothing are refused alone', () => {
  const { table } = create()
  const point = { timeUnixNano: at(1), asInt: '1' }
  const result = table.ingest(
    metricsOf(
      { name: 'no temporality', sum: { dataPoints: [point] } },
      { gauge: { dataPoints: [point, point] } },
      { name: 'no value', gauge: { dataPoints: [{ timeUnixNano: at(1) }] } },
      { name: 'right', gauge: { dataPoints: [point] } },
      { name: 'nothing' },
      {
        name: 'wide',
        gauge: { dataPoints: [{ ...point, attributes: Array.from({ length: 200 }, (_, n) => ({ key: `k${n}` })) }] },
      },
    ),
  )
  assert.deepEqual(result, {
    points: 6,
    refused: new Map([
      ['no_temporality', 1],
      ['no_name', 2],
      ['invalid_distribution', 1],
      ['invalid_attributes', 1],
    ]),
  })
  assert.equal(table.ingest(Buffer.from('not protobuf')), undefined)
})

test('the spelling of attributes makes no other series, and few spellings are remembered', () => {
  const { sum, table } = create()
  const keys = ['a', 'b', 'c', 'd', 'e']
  for (let turn = 0; turn < 40; turn++) {
    const turned = keys.map((_, index) => keys[(index * (1 + (turn % 4)) + turn) % 5]!)
    const unique = Object.fromEntries([...turned, ...keys].map((key) => [key, key]))
    sum(CUMULATIVE, { timeUnixNano: at(turn), asInt: String(turn), attributes: labels(unique) })
  }
  assert.equal(table.size, 1)
})
