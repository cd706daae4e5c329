import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8 } from '#lib/labels.ts'
import type { RecordedSample } from '../../../support/recording-sink.ts'
import { bitsOf, NAN_BITS, STALE_BITS, WriteRequestV1, WriteRequestV2 } from '../../../support/remote-write-proto.ts'
import {
  encodeV1,
  encodeV2,
  makeIntake,
  NOW,
  sampleFields,
  type WrittenSeries,
} from '../../../support/remote-write-requests.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((name) => name !== '__proto__')
const bits = fc.oneof(
  fc.double().map(bitsOf),
  fc.constantFrom(STALE_BITS, NAN_BITS, 0x7ff0_0000_0000_0003n, bitsOf(-0), bitsOf(Infinity)),
)
const timeMs = fc.integer({ min: NOW - 1e6, max: NOW + 600_000 })
const series: fc.Arbitrary<WrittenSeries> = fc.record({
  labels: fc
    .tuple(fc.dictionary(text, fc.oneof(text, fc.constant('v'.repeat(100))), { maxKeys: 5 }), text)
    .map(([labels, name]) => ({ ...labels, __name__: name })),
  samples: fc.array(fc.record({ bits, timeMs, startMs: fc.constantFrom(0, 5, NOW) }), { maxLength: 4 }),
})

test('what protobufjs writes as 1.0 and 2.0 is what is put, to the bit of staleness markers', async () => {
  const property = fc.asyncProperty(fc.array(series, { maxLength: 5 }), async (all) => {
    for (const protocol of ['1.0', '2.0'] as const) {
      const { sink, intake } = makeIntake()
      const tally = await intake.take(protocol === '1.0' ? encodeV1(all) : encodeV2(all), protocol)
      assert.equal(tally.problem, undefined)
      assert.equal(tally.samples, all.flatMap(({ samples }) => samples).length)
      const expected = all.flatMap(({ labels, samples }) => {
        const { __name__: name, ...rest } = labels
        const sorted = Object.entries(rest).sort(([a], [b]) => compareUtf8(a, b))
        const printed = sorted.map((pair) => pair.join('=')).join()
        return samples.map((sample) => {
          const isEnd = sample.bits === STALE_BITS
          const bytes = Buffer.alloc(8)
          bytes.writeBigUInt64LE(sample.bits)
          const value = isEnd ? 'ended' : bytes.readDoubleLE()
          const startMs = protocol === '1.0' || isEnd ? 0 : sample.startMs
          return { name, labels: printed, value, timeMs: sample.timeMs, startMs }
        })
      })
      const got = sink.samples.map(({ source: _source, family: _family, ...sample }) => sample)
      assert.deepEqual(got.filter(isFirstEnd), expected)
    }
  })
  await fc.assert(property, { numRuns: 150 })
})

/** What is typed is ended as an untyped series too. */
function isFirstEnd({ value, name, labels }: Pick<RecordedSample, 'value' | 'name' | 'labels'>): boolean {
  return value !== 'ended' || !(name.endsWith('_total') || /(^|,)(le|quantile)=/.test(labels))
}

test('whatever bytes come, nothing is thrown but that they are malformed', async () => {
  const whole = encodeV2([{ labels: { __name__: 'a', b: 'c' }, samples: [{ bits: 1n, timeMs: NOW }] }])
  const property = fc.asyncProperty(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        return changed
      }),
    ),
    fc.constantFrom('1.0' as const, '2.0' as const),
    async (bytes, protocol) => {
      await makeIntake()
        .intake.take(bytes, protocol)
        .catch((error: { code?: string }) => assert.equal(error.code, 'PAYLOAD_MALFORMED'))
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

const one = [{ bits: bitsOf(1), timeMs: NOW }]

test('invalid labels are refused alone; what is not sorted is sorted', async () => {
  const { sink, intake, count, stats } = makeIntake()
  const label = (name: string, value: string) => ({ name, value })
  const samples = one.map(sampleFields)
  const timeseries = [
    [label('b', '2'), label('__name__', 'ok'), label('a', '1'), label('empty', '')],
    [label('a', '1')],
    [label('__name__', 'twice'), label('a', '1'), label('b', ''), label('a', '2')],
    [label('__name__', 'nameless'), label('', 'x')],
    [label('__name__', 'one'), label('__name__', 'other')],
    [label('__name__', 'job'), label('job', 'j'), label('instance', 'i:1'), label('node', 'n')],
  ].map((labels) => ({ labels, samples }))
  const broken = Buffer.from(
    WriteRequestV1.encode(
      WriteRequestV1.create({
        timeseries: [...timeseries, { labels: [label('__name__', 'utf'), label('x', 'QQQ')], samples }],
      }),
    ).finish(),
  )
  broken[broken.indexOf('QQQ')] = 0xff
  const tally = await intake.take(broken, '1.0')
  assert.deepEqual(
    sink.samples.map(({ name, labels, source }) => [name, labels, source]),
    [
      ['ok', 'a=1,b=2', 'remote_write///'],
      ['job', 'instance=i:1,job=j,node=n', 'remote_write/j/i:1/n'],
    ],
  )
  assert.deepEqual([...tally.refused], [['invalid_labels', 5]])
  assert.match(tally.problem!, /5 with invalid labels; the others were taken/)
  assert.equal(await count('metric_points_rejected_total'), 5)
  assert.equal(stats.points, 2)
})

test('references to symbols that are not there, or without a value, are malformed', async () => {
  const samples = one.map(sampleFields)
  const encode = (labelsRefs: readonly number[], symbols = ['', '__name__', 'a']) =>
    Buffer.from(
      WriteRequestV2.encode(WriteRequestV2.create({ symbols, timeseries: [{ labelsRefs, samples }] })).finish(),
    )
  const { sink, intake } = makeIntake()
  assert.equal((await intake.take(encode([1, 2]), '2.0')).samples, 1)
  for (const wrong of [encode([1, 3]), encode([1, 2, 3, 0]), encode([1]), encode([1, 2], ['x', '__name__', 'a'])]) {
    await assert.rejects(intake.take(wrong, '2.0'), { code: 'PAYLOAD_MALFORMED' })
  }
  assert.equal(sink.samples.length, 1)
})

test('samples from more than ten minutes ahead are refused', async () => {
  const { sink, intake } = makeIntake()
  const samples = [NOW, NOW + 600_001].map((at) => ({ bits: 0n, timeMs: at }))
  const tally = await intake.take(encodeV1([{ labels: { __name__: 'a' }, samples }]), '1.0')
  assert.deepEqual([...tally.refused], [['too_far_in_future', 1]])
  assert.equal(sink.samples.length, 1)
})

const names = (all: readonly (readonly [string, string?])[]) =>
  all.map(([name, label]) => ({
    labels: { __name__: name, ...(label === undefined ? {} : { [label]: '1' }) },
    samples: one,
  }))

test('what nobody has told about is guessed, and what was told is believed', async () => {
  const { sink, intake } = makeIntake()
  const series = [
    ['a_bucket', 'le'],
    ['a_sum'],
    ['a_count'],
    ['b_total'],
    ['c', 'quantile'],
    ['c_sum'],
    ['d_bucket'],
    ['e_sum'],
  ] as const
  await intake.take(encodeV1(names(series)), '1.0')
  const guessed = [
    'a histogram',
    'a histogram',
    'a histogram',
    'b_total counter',
    'c summary',
    'c summary',
    'd_bucket untyped',
    'e_sum untyped',
  ]
  assert.deepEqual(
    sink.samples.map(({ family }) => family),
    guessed,
  )
  const metadata = [
    { type: 2, metricFamilyName: 'e_sum', help: 'A gauge.' },
    { type: 1, metricFamilyName: 'om', help: 'A counter of OpenMetrics.' },
    { type: 3, metricFamilyName: 'f', help: 'A histogram.' },
    { type: 5, metricFamilyName: 'g', help: 'A summary.' },
  ]
  await intake.take(encodeV1([], { metadata }), '1.0')
  sink.samples.length = 0
  await intake.take(
    encodeV1(
      names([
        ['e_sum'],
        ['om_total'],
        ['f_sum'],
        ['f_bucket', 'le'],
        ['f'],
        ['g_count'],
        ['g', 'quantile'],
        ['g_bucket', 'le'],
      ]),
    ),
    '1.0',
  )
  const told = [
    'e_sum gauge',
    'om_total counter',
    'f histogram',
    'f histogram',
    'f untyped',
    'g summary',
    'g summary',
    'g histogram',
  ]
  assert.deepEqual(
    sink.samples.map(({ family }) => family),
    told,
  )
})

test('2.0 says with each series what it is', async () => {
  const { sink, intake } = makeIntake()
  const all = names([['a_bucket', 'le'], ['a_sum'], ['b'], ['c', 'quantile'], ['c_count'], ['d_info']])
  const types = [3, 3, 2, 5, 5, 6]
  await intake.take(encodeV2(all.map((each, index) => ({ ...each, type: types[index]!, help: 'H.' }))), '2.0')
  const families = ['a histogram', 'a histogram', 'b gauge', 'c summary', 'c summary', 'd_info info']
  assert.deepEqual(
    sink.samples.map(({ family }) => family),
    families,
  )
})

test('what has another type in the table is untyped', async () => {
  const { sink, intake } = makeIntake()
  sink.refuse = (_name, { type }) => (type === 'untyped' ? undefined : 'type_conflict')
  const tally = await intake.take(encodeV1(names([['a_total']])), '1.0')
  assert.equal(tally.problem, undefined)
  assert.equal(sink.samples[0]!.family, 'a_total untyped')
})
