import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { METRIC } from '#lib/otlp/metrics-fields.ts'
import { type MetricsVisitor, MetricsWalker } from '#lib/otlp/metrics-walker.ts'
import { attributesField, PointReader } from '#lib/otlp/point-reader.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import { encodeMetricsRequest, type ProtoMetricsRequest, type ProtoPoint } from '../../support/metrics-proto.ts'

const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
const attributes = fc.array(fc.record({ key: fc.string(), value: fc.record({ stringValue: fc.string() }) }), {
  maxLength: 3,
})
const common = { attributes, startTimeUnixNano: nanos, timeUnixNano: nanos, flags: fc.nat(3) }
const numberPoint: fc.Arbitrary<ProtoPoint> = fc.oneof(
  fc.record({ ...common, asDouble: fc.double() }),
  fc.record({ ...common, asInt: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
)
const histogramPoint: fc.Arbitrary<ProtoPoint> = fc.record({
  ...common,
  count: nanos,
  sum: fc.double(),
  bucketCounts: fc.array(nanos, { maxLength: 3 }),
})
const data = (point: fc.Arbitrary<ProtoPoint>) =>
  fc.record({
    dataPoints: fc.array(point, { maxLength: 3 }),
    aggregationTemporality: fc.nat(2),
    isMonotonic: fc.boolean(),
  })
const metric = fc
  .tuple(
    fc.record({ name: fc.string(), unit: fc.string(), description: fc.string() }),
    fc.oneof(
      fc.record({ gauge: data(numberPoint) }),
      fc.record({ sum: data(numberPoint) }),
      fc.record({ histogram: data(histogramPoint) }),
      fc.record({ exponentialHistogram: data(histogramPoint) }),
      fc.record({ summary: data(histogramPoint) }),
      fc.constant({}),
    ),
  )
  .map(([head, body]) => ({ ...head, ...body }))
const request = fc.record({
  resourceMetrics: fc.array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeMetrics: fc.array(
        fc.record({ scope: fc.record({ name: fc.string() }), metrics: fc.array(metric, { maxLength: 3 }) }),
        {
          maxLength: 2,
        },
      ),
    }),
    { maxLength: 2 },
  ),
})

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const

/** What a walk is to meet, from the request itself. */
function expected({ resourceMetrics }: ProtoMetricsRequest): unknown[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((entry) => {
        const kind = KINDS.find((name) => entry[name] !== undefined)
        const {
          dataPoints = [],
          aggregationTemporality = 0,
          isMonotonic = false,
        } = kind === undefined ? {} : entry[kind]!
        const hasTemporality = kind !== 'gauge' && kind !== 'summary' && kind !== undefined
        const head = [
          entry.name,
          entry.unit,
          kind === undefined ? 0 : METRIC[kind],
          hasTemporality ? aggregationTemporality : 0,
          kind === 'sum' && isMonotonic,
        ]
        const points = dataPoints.map(
          ({ attributes: list = [], startTimeUnixNano, timeUnixNano, flags, asDouble, asInt }) => [
            ...[list.length, Number(startTimeUnixNano) / 1e6, Number(timeUnixNano) / 1e6, flags],
            asInt === undefined ? (asDouble ?? 0) : Number(asInt),
          ],
        )
        return [head, ...points]
      }),
    ),
  )
}

function walk(bytes: Buffer, expects = false): { readonly isWhole: boolean; readonly met: unknown[] } {
  const met: unknown[] = []
  const text = ({ start, end }: { start: number; end: number }) => bytes.toString('utf8', start, end)
  const points = new PointReader()
  points.open(bytes)
  const visitor: MetricsVisitor = {
    resource: (start, end) => assert.ok(start <= end && end <= bytes.length),
    scope: (start, end) => assert.ok(start <= end && end <= bytes.length),
    metric: ({ name, unit, kind, temporality, isMonotonic, data }) => {
      met.push([text(name), text(unit), kind, temporality, isMonotonic])
      if (kind === 0) return true
      points.reset(kind, data.start, data.end)
      points.expectedLength = -1
      while (points.next()) {
        const { start, end, startMs, timeMs, flags, value, attributesStart, attributesEnd } = points
        const ranges = rangesOf(bytes, start, end, attributesField(kind))
        met.push([ranges.length / 2, startMs, timeMs, flags, value])
        assert.ok((points.isContiguous || !expects) && attributesEnd <= end)
        const length = attributesEnd - attributesStart
        if (!expects) continue
        // The same point again, with its attributes, only the first of them, or nothing expected.
        const again = new PointReader()
        again.open(bytes)
        const first = ranges.length === 0 ? -1 : ranges[1]! - attributesStart
        for (const expectedLength of [length, first, -1]) {
          again.reset(kind, data.start, data.end)
          Object.assign(again, { expected: bytes, expectedStart: attributesStart, expectedLength })
          while (again.next() && again.start !== start);
          assert.equal(again.isExpected, expectedLength === length)
          assert.deepEqual(
            [again.attributesStart, again.attributesEnd, again.value],
            [attributesStart, attributesEnd, value],
          )
        }
      }
      return !points.failed
    },
  }
  return { isWhole: new MetricsWalker().walk(bytes, visitor), met }
}

test('a walk meets what protobufjs wrote', () => {
  const property = fc.property(request, (sample) => {
    const { isWhole, met } = walk(encodeMetricsRequest(sample), true)
    assert.ok(isWhole)
    // A gauge and a summary have no field for it.
    assert.deepEqual(met, expected(sample))
  })
  fc.assert(property, { numRuns: 150 })
})

test('what is cut off or changed is met without an exception', () => {
  const property = fc.property(request, fc.nat(), fc.nat(255), (sample, at, byte) => {
    const bytes = encodeMetricsRequest(sample)
    if (bytes.length === 0) return
    walk(bytes.subarray(0, at % bytes.length))
    bytes[at % bytes.length] = byte
    walk(bytes)
  })
  fc.assert(property, { numRuns: 300 })
})
