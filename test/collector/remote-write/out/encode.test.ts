import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DefinedSeries } from '../../../../collector/remote-write/out/definition-writer.ts'
import { encodeMetadataV1, encodeV1, maxBytesV1 } from '../../../../collector/remote-write/out/encode-v1.ts'
import { EncoderV2 } from '../../../../collector/remote-write/out/encode-v2.ts'
import { maxSampleBytes, readSamples, writeSamples } from '../../../../collector/remote-write/out/sample-records.ts'
import { type Batch, halve } from '../../../../collector/remote-write/out/slice.ts'
import { SERIES_TYPES } from '../../../../collector/remote-write/series-types.ts'
import { type BatchSample, makeBatch } from '../../../support/remote-write-batch.ts'
import { bitsOf, NAN_BITS, readRequest, STALE_BITS, WriteRequestV1 } from '../../../support/remote-write-proto.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\t'))
const long = fc.integer({ min: 100, max: 300 }).map((length) => 'v'.repeat(length))
const series: fc.Arbitrary<DefinedSeries> = fc.record({
  labels: fc
    .array(fc.tuple(text, fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: long })), { maxLength: 6 })
    .map((labels) => labels.flat()),
  family: fc.record({ name: text, type: fc.constantFrom(...SERIES_TYPES), help: text, unit: text }),
  startMs: fc.constantFrom(0, 1, 1_700_000_000_123),
})
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: 0 }),
  fc.constantFrom<(number | 'stale')[]>('stale', Number.NaN, -0, 0, 1e300, Infinity, -Infinity, 2 ** 31, 2 ** 31 - 1),
)
const timeMs = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.constantFrom(0, -1, 1, 2 ** 45, -(2 ** 45)),
)
const request = fc.array(series, { minLength: 1, maxLength: 5 }).chain((defined) =>
  fc.record({
    defined: fc.constant(defined),
    samples: fc.array(fc.record({ series: fc.nat(defined.length - 1), value, timeMs }), { maxLength: 30 }),
  }),
)

function expected(defined: readonly DefinedSeries[], samples: readonly BatchSample[], isV2: boolean) {
  return samples.map((sample) => {
    const { labels, family, startMs } = defined[sample.series]!
    const pairs = labels.flatMap((name, index) => (index % 2 === 0 ? [`${name}=${labels[index + 1]}`] : []))
    const bits = sample.value === 'stale' ? STALE_BITS : Number.isNaN(sample.value) ? NAN_BITS : bitsOf(sample.value)
    const { help, unit } = family
    const more = { startMs, type: SERIES_TYPES.indexOf(family.type), help, unit }
    return { labels: pairs.join(), bits, timeMs: sample.timeMs, ...(isV2 ? more : {}) }
  })
}

function asV1(batch: Batch): Buffer {
  const target = Buffer.alloc(maxBytesV1(batch))
  return target.subarray(0, encodeV1(batch, target))
}

const encoder = new EncoderV2()
const asV2 = (batch: Batch) => encoder.encode(batch, (bytes) => Buffer.alloc(bytes))

test('what is written as 1.0 and 2.0 is what protobufjs reads, to the bit', () => {
  const property = fc.property(request, ({ defined, samples }) => {
    const batch = makeBatch(defined, samples)
    assert.deepEqual(readRequest(asV1(batch), '1.0'), expected(defined, samples, false))
    assert.deepEqual(readRequest(asV2(batch), '2.0'), expected(defined, samples, true))
  })
  fc.assert(property, { numRuns: 300 })
})

test('a batch in halves has the same samples in the same order', () => {
  const property = fc.property(request, ({ defined, samples }) => {
    fc.pre(samples.length >= 2)
    const parts = halve(makeBatch(defined, samples))
    assert.equal(parts[0].samples + parts[1].samples, samples.length)
    assert.deepEqual(
      parts.flatMap((part) => readRequest(asV2(part), '2.0')),
      expected(defined, samples, true),
    )
  })
  fc.assert(property, { numRuns: 100 })
})

test('texts of two segments in one request of 2.0 are not mixed up', () => {
  const make = (name: string, help: string) =>
    makeBatch(
      [{ labels: ['__name__', name], family: { name, type: 'gauge', help, unit: '' }, startMs: 0 }],
      [{ series: 0, value: 1, timeMs: 5 }],
    )
  const [first, second] = [make('one', 'of one'), make('two', 'of two')]
  const both = { ranges: [...first.ranges, ...second.ranges, ...first.ranges], samples: 3, isRecovered: false }
  const names = readRequest(asV2(both), '2.0').map(({ labels, help }) => `${labels} ${help}`)
  assert.deepEqual(names, ['__name__=one of one', '__name__=two of two', '__name__=one of one'])
})

test('samples come back from the queue as they were put in, and what is cut off is noticed', () => {
  const property = fc.property(request, fc.nat(), ({ defined, samples }, cut) => {
    const { slice } = makeBatch(defined, samples).ranges[0]!
    const target = Buffer.alloc(maxSampleBytes(samples.length))
    const bytes = target.subarray(0, writeSamples(slice, samples.length, target))
    const read = () => ({
      series: new Uint32Array(samples.length),
      values: new Float64Array(samples.length),
      times: new Float64Array(samples.length),
    })
    const back = read()
    assert.ok(readSamples(bytes, samples.length, back))
    assert.deepEqual(back.series, slice.series)
    assert.deepEqual(back.times, slice.times)
    for (const [index, { value: was }] of samples.entries()) {
      if (was !== 'stale') assert.ok(Object.is(back.values[index], was))
    }
    if (bytes.length > 0) assert.ok(!readSamples(bytes.subarray(0, cut % bytes.length), samples.length, read()))
  })
  fc.assert(property, { numRuns: 200 })
})

test('metadata of 1.0', () => {
  const bytes = encodeMetadataV1([
    { name: 'a_total', type: 'counter', help: 'All a.', unit: '' },
    { name: 'b_seconds', type: 'histogram', help: '', unit: 'seconds' },
  ])
  assert.deepEqual(WriteRequestV1.toObject(WriteRequestV1.decode(bytes)), {
    metadata: [
      { type: 1, metricFamilyName: 'a_total', help: 'All a.' },
      { type: 3, metricFamilyName: 'b_seconds', unit: 'seconds' },
    ],
  })
})
