import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HistogramLines } from '#lib/exposition/histogram-lines.ts'
import { SummaryLines } from '#lib/exposition/summary-lines.ts'

type Line = readonly [suffix: '_bucket' | '_sum' | '_count', le: string | undefined, value: number]

function assemble(lines: readonly Line[]) {
  const histogram = new HistogramLines()
  for (const [suffix, le, value] of lines) {
    const slot = histogram.add(suffix, le)
    if (slot === undefined) return undefined
    histogram.put(slot, value, 1)
  }
  return histogram.assemble(1)
}

describe('HistogramLines', () => {
  it('makes single buckets of cumulative ones, in whatever order', () => {
    const lines: Line[] = [
      ['_count', undefined, 7],
      ['_bucket', '+Inf', 7],
      ['_bucket', '1e1', 5],
      ['_bucket', '0.5', 2],
      ['_sum', undefined, 3.5],
    ]
    assert.deepEqual(assemble(lines), { count: 7, sum: 3.5, bounds: [0.5, 10], bucketCounts: [2, 3, 2] })
    assert.deepEqual(assemble(lines.slice(0, 2)), { count: 7, sum: undefined, bounds: [], bucketCounts: [7] })
  })

  it('leaves out a bucket that is not on the page', () => {
    const histogram = new HistogramLines()
    const slots = [
      histogram.add('_bucket', '1'),
      histogram.add('_bucket', '2'),
      histogram.add('_bucket', '+Inf'),
      histogram.add('_count', undefined),
    ]
    for (const slot of slots) histogram.put(slot!, 4, 1)
    assert.deepEqual(histogram.assemble(1)?.bucketCounts, [4, 0, 0])
    for (const slot of slots.slice(1)) histogram.put(slot!, 5, 2)
    assert.deepEqual(histogram.assemble(2), { count: 5, sum: undefined, bounds: [2], bucketCounts: [5, 0] })
  })

  it('makes none of what is none', () => {
    const whole: Line[] = [
      ['_bucket', '1', 2],
      ['_bucket', '+Inf', 3],
      ['_count', undefined, 3],
    ]
    assert.ok(assemble(whole))
    assert.equal(assemble(whole.slice(0, 2)), undefined)
    assert.equal(assemble([whole[0]!, whole[2]!]), undefined)
    for (const line of [
      ['_bucket', 'low', 1],
      ['_bucket', 'NaN', 1],
      ['_bucket', undefined, 1],
      ['_bucket', '1.0', 2],
      ['_bucket', '2', 1],
      ['_bucket', '2', 2.5],
      ['_bucket', '0.5', Number.NaN],
      ['_bucket', '0.5', -1],
    ] as const) {
      assert.equal(assemble([...whole, line]), undefined, String(line))
    }
  })
})

describe('SummaryLines', () => {
  it('puts quantiles, sum and count together', () => {
    const summary = new SummaryLines()
    const put = (suffix: '' | '_sum' | '_count', quantile: string | undefined, value: number, page: number) =>
      summary.put(summary.add(suffix, quantile)!, value, page)
    put('', '0.99', Number.NaN, 1)
    put('', '0.5', 3, 1)
    put('_sum', undefined, 12.5, 1)
    assert.equal(summary.assemble(1), undefined)
    put('_count', undefined, 4, 1)
    const { count, sum, quantiles } = summary.assemble(1)!
    assert.deepEqual(
      [count, sum, quantiles.map(({ quantile, value }) => [quantile, value])],
      [
        4,
        12.5,
        [
          [0.5, 3],
          [0.99, Number.NaN],
        ],
      ],
    )
    for (const bad of ['0.5', 'x', '2', undefined]) assert.equal(summary.add('', bad), undefined)
    put('_count', undefined, 4.5, 1)
    assert.equal(summary.assemble(1), undefined)
  })
})
