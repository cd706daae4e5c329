import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PushRefusal } from '../../../collector/push/push-refusal.ts'
import { readDelimitedFamilies } from '../../../collector/push/read-protobuf.ts'
import { delimitedFamily, labelPair, NUMBER_FIELDS } from '../../support/metric-family.ts'

const { counter, gauge, summary, histogram } = NUMBER_FIELDS

test('all kinds of metrics are read', () => {
  const body = Buffer.concat([
    delimitedFamily('c', 0, [counter(1.5, labelPair('b', '2'), labelPair('a', 'ä'))]),
    delimitedFamily('g', 1, [gauge(Number.NEGATIVE_INFINITY)], NUMBER_FIELDS.help('About g.')),
    delimitedFamily('s', 2, [
      summary(3, 4.5, [
        [0.9, 2],
        [0.5, 1],
      ]),
    ]),
    delimitedFamily('h', 4, [
      histogram(2 ** 40, 4.5, [
        [1, 2],
        [Number.POSITIVE_INFINITY, 2 ** 40],
      ]),
    ]),
    delimitedFamily('empty', 0, []),
  ])
  const { families, hasTimestamps, problems } = readDelimitedFamilies(body, 100)
  assert.deepEqual([hasTimestamps, problems.count], [false, 0])
  assert.deepEqual(families, [
    { name: 'c', type: 'counter', help: '', metrics: [{ labels: ['a', 'ä', 'b', '2'], value: 1.5 }] },
    { name: 'g', type: 'gauge', help: 'About g.', metrics: [{ labels: [], value: Number.NEGATIVE_INFINITY }] },
    { name: 's', type: 'summary', help: '', metrics: [{ labels: [], count: 3, sum: 4.5, parts: [0.5, 1, 0.9, 2] }] },
    {
      ...{ name: 'h', type: 'histogram', help: '' },
      metrics: [{ labels: [], count: 2 ** 40, sum: 4.5, parts: [1, 2, Number.POSITIVE_INFINITY, 2 ** 40] }],
    },
  ])
})

test('what is not UTF-8, of another type or of an unknown one is a problem, and no more than some are told', () => {
  const metrics = Array.from({ length: 50 }, () => counter(1, labelPair('a', Buffer.from([0xff]))))
  const body = Buffer.concat([
    delimitedFamily('c', 0, metrics),
    delimitedFamily('g', 0, [gauge(1)]),
    delimitedFamily('u', 9, [gauge(1)]),
  ])
  const { problems } = readDelimitedFamilies(body, 100)
  assert.equal(problems.count, 52)
  assert.match(problems.toString(), /^52 error\(s\) occurred:\n(\* .*\n){10}\* 42 more$/)
})

test('series beyond the limit are refused while they are read', () => {
  const parts = Array.from({ length: 101 }, (_, index) => [index, index] as const)
  for (const body of [
    delimitedFamily(
      'c',
      0,
      Array.from({ length: 101 }, () => counter(1)),
    ),
    delimitedFamily('h', 4, [histogram(1, 1, parts)]),
  ]) {
    assert.throws(() => readDelimitedFamilies(body, 100), { status: 413 })
  }
})

test('any bytes are read or refused, and what is cut off is refused', () => {
  const whole = Buffer.concat([
    delimitedFamily('c', 0, [counter(1.5, labelPair('b', '2'))]),
    delimitedFamily('h', 4, [histogram(3, 4.5, [[1, 2]])]),
  ])
  const first = delimitedFamily('c', 0, [counter(1.5, labelPair('b', '2'))]).length
  for (let end = 1; end < whole.length; end++) {
    if (end !== first) assert.throws(() => readDelimitedFamilies(whole.subarray(0, end), 100), { status: 400 })
  }
  const flipped = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
    const bytes = Buffer.from(whole)
    bytes[at] = byte
    return bytes
  })
  const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  const property = fc.property(fc.oneof(flipped, anything), (bytes) => {
    try {
      readDelimitedFamilies(bytes, 100)
    } catch (error) {
      assert.ok(error instanceof PushRefusal, String(error))
    }
  })
  fc.assert(property, { numRuns: 300 })
})
