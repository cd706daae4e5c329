import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { METRIC, METRIC_DATA, NUMBER_POINT, POINT } from '#lib/otlp/metrics-fields.ts'
import { FIXED64, LENGTH_DELIMITED, lengthDelimited, tag } from '#lib/otlp/wire.ts'
import { OtlpIngest } from '../../../../collector/series/otlp/otlp-ingest.ts'
import { encodeMetricsRequest, labels, metricsOf } from '../../../support/metrics-proto.ts'
import { createTable, NOON_MS, seriesOf } from '../../../support/series-table.ts'

const at = (seconds: number) => `${NOON_MS / 1_000 + seconds}000000000`

function create(limits = {}) {
  const harness = createTable(limits)
  const otlp = new OtlpIngest(harness.table, { promoted: [], hasScopeLabels: false })
  const good = (second: number) =>
    otlp.ingest(
      metricsOf({ name: 'good', gauge: { dataPoints: [{ timeUnixNano: at(second), asInt: String(second) }] } }),
    )
  return { ...harness, otlp, good, read: () => Object.fromEntries(seriesOf(harness.table)) }
}

/** A gauge with one point of these bits, and no attributes. */
function gaugeOf(name: string, bits: bigint, second: number, attributes: Buffer = Buffer.alloc(0)): Buffer {
  const fixed = (field: number, value: bigint) => {
    const bytes = Buffer.alloc(9)
    bytes[0] = tag(field, FIXED64)
    bytes.writeBigUInt64LE(value, 1)
    return bytes
  }
  const point = lengthDelimited(
    METRIC_DATA.dataPoints,
    fixed(POINT.timeUnixNano, BigInt(at(second))),
    fixed(NUMBER_POINT.asDouble, bits),
    attributes,
  )
  const metric = lengthDelimited(2, lengthDelimited(METRIC.name, name), lengthDelimited(METRIC.gauge, point))
  assert.equal(tag(METRIC.gauge, LENGTH_DELIMITED), 42)
  return lengthDelimited(1, lengthDelimited(2, metric))
}

test('any NaN is a value but the marker of staleness, which ends its series', () => {
  const { otlp, read } = create()
  otlp.ingest(gaugeOf('m', 0x7ff8_0000_0000_0001n, 0))
  assert.deepEqual(read(), { m: Number.NaN })
  otlp.ingest(gaugeOf('m', 0xfff0_0000_0000_0002n, 1))
  assert.deepEqual(read(), { m: Number.NaN })
  otlp.ingest(gaugeOf('m', 0x7ff0_0000_0000_0002n, 2))
  assert.deepEqual(read(), {})
  otlp.ingest(gaugeOf('m', 0xfff0_0000_0000_0000n, 3))
  assert.deepEqual(read(), { m: Number.NEGATIVE_INFINITY })
})

test('floods of names, labels and values are bounded, and what was there goes on', () => {
  const { otlp, read, good, table } = create({ maxSeries: 500, maxBytes: 2 * 1024 ** 2, maxSeriesPerTenant: 50 })
  good(0)
  const flood = (count: number, of: (index: number) => Record<string, string>, name = (_: number) => 'flood') =>
    otlp.ingest(
      metricsOf(
        ...Array.from({ length: count }, (_, index) => ({
          name: name(index),
          gauge: { dataPoints: [{ timeUnixNano: at(1), asInt: '1', attributes: labels(of(index)) }] },
        })),
      ),
    )!
  assert.equal(flood(200, (index) => ({ namespace: 'shop', pod: `p${index}` })).refused.get('tenant_limit'), 150)
  const names = flood(
    1_000,
    () => ({}),
    (index) => `name_${index}`,
  )
  assert.equal(names.refused.get('series_limit'), 1_000 - 449)
  assert.equal(flood(1_000, (index) => ({ [`label_${index}`]: 'x' })).refused.get('series_limit'), 1_000)
  // 100 000 names of labels in one point, and one that is too long.
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`l${index}`, 'v']))
  assert.equal(flood(1, () => many).refused.get('invalid_attributes'), 1)
  assert.equal(flood(1, () => ({ long: 'x'.repeat(100_000) })).refused.get('invalid_labels'), 1)
  good(2)
  assert.equal(read()['good{job=shop}'], 2)
  assert.equal(table.store.size, 500)
  assert.ok(table.store.families.size <= 501 && table.store.labelSets.size <= 100)
})

test('bytes that are no UTF-8 become text, and what spells the same then is the same series', () => {
  const { otlp, read } = create()
  const attribute = (...bytes: number[]) =>
    lengthDelimited(
      NUMBER_POINT.attributes,
      lengthDelimited(1, 'a'),
      lengthDelimited(2, lengthDelimited(1, Buffer.from(bytes))),
    )
  otlp.ingest(gaugeOf('m', 0n, 0, attribute(0xff)))
  otlp.ingest(gaugeOf('m', 0x3ff0_0000_0000_0000n, 1, attribute(0xfe)))
  assert.deepEqual(read(), { 'm{a=\uFFFD}': 1 })
})

test('clocks that are apart, and go back, stop nothing for longer than two intervals', () => {
  const { otlp, read, clock, expire } = create()
  const send = (second: number, value: number) =>
    otlp.ingest(metricsOf({ name: 'm', gauge: { dataPoints: [{ timeUnixNano: at(second), asInt: String(value) }] } }))
  for (const second of [0, 15, 30]) {
    clock.ms = second * 1_000
    send(second + 40, second)
  }
  // The node's clock is set right: what it sends is older than what is there.
  for (const second of [45, 60, 75, 90]) {
    clock.ms = second * 1_000
    send(second, second)
    expire()
  }
  assert.deepEqual(read(), { 'm{job=shop}': 90 })
  send(1_000_000, 5)
  assert.equal(read()['m{job=shop}'], 90)
})

test('bytes that are changed or cut never throw, and leave a table that can be emptied', () => {
  const { otlp, table, clock, expire } = create()
  const request = encodeMetricsRequest({
    resourceMetrics: [
      {
        resource: { attributes: labels({ 'service.name': 's', 'service.instance.id': 'i', other: 'o' }) },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'a',
                gauge: { dataPoints: [{ timeUnixNano: at(0), asInt: '1', attributes: labels({ x: 'y' }) }] },
              },
              {
                name: 'h',
                histogram: {
                  aggregationTemporality: 1,
                  dataPoints: [
                    { timeUnixNano: at(0), count: '3', sum: 1, explicitBounds: [1], bucketCounts: ['1', '2'] },
                  ],
                },
              },
              {
                name: 'e',
                exponentialHistogram: {
                  aggregationTemporality: 1,
                  dataPoints: [
                    { timeUnixNano: at(0), count: '2', scale: 3, positive: { offset: 4, bucketCounts: ['1', '1'] } },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  })
  const property = fc.property(
    fc.array(fc.tuple(fc.nat(request.length - 1), fc.nat(255)), { maxLength: 3 }),
    fc.nat(request.length),
    (changes, cut) => {
      const changed = Buffer.from(request)
      for (const [place, byte] of changes) changed[place] = byte
      clock.ms += 1_000
      otlp.ingest(changed)
      otlp.ingest(changed.subarray(0, cut))
    },
  )
  fc.assert(property, { numRuns: 300 })
  clock.ms += 10_000_000
  expire()
  otlp.sweep()
  const { size, labelSets, spellings, families, otherBytes } = table.store
  assert.deepEqual([size, labelSets.size, spellings.size, families.size, otherBytes], [0, 0, 0, 0, 0])
})
