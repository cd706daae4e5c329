import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExpositionFormat } from '#lib/exposition/format.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import { PageSeries, type PageSeriesOptions } from '../../../../agent/gather/page/page-series.ts'
import { compileRelabel, type RelabelRule } from '../../../../agent/gather/relabel/relabel.ts'
import { TargetMetrics } from '../../../../agent/gather/target-metrics.ts'
import { decodeSeries, valuesOf } from '../../../support/gathered-series.ts'

const RULE: RelabelRule = {
  ...{ source_labels: [], separator: ';', regex: '(.*)', action: 'replace', target_label: '', replacement: '$1' },
  modulus: 0,
}

function create(options: Partial<PageSeriesOptions> = {}) {
  const metrics = new TargetMetrics({ job: 'api', instance: '10.0.0.1:80', node: 'node-1' }, '1')
  const series = new PageSeries({
    ...{ metrics, labels: new Map([['pod', 'api-1']]), honorLabels: false, honorTimestamps: false, ...options },
  })
  let nowMs = 1_790_000_000_000
  return {
    series,
    /** Takes a page; undefined for one that fails. */
    take(page: string | undefined, format: ExpositionFormat = 'text') {
      series.begin()
      nowMs += 10_000
      let counts = { duplicates: 0, conflicts: 0 }
      if (page !== undefined) {
        const parser = new ExpositionParser({ format, sink: series })
        parser.write(Buffer.from(page))
        parser.end()
      }
      metrics.begin(nowMs)
      if (page === undefined) series.discard()
      else counts = series.commit()
      return { ...counts, requests: metrics.end({ isUp: page !== undefined, durationMs: 5 }) }
    },
  }
}

describe('PageSeries', () => {
  it('gives each series the labels of its target, and says when it ends', () => {
    const { take, series } = create()
    const page = '# TYPE a_total counter\na_total{x="1"} 1\na_total{x="2"} 2\nb{x=""} NaN\n'
    assert.deepEqual(valuesOf(take(page).requests), {
      'a_total{pod="api-1",x="1"}': 1,
      'a_total{pod="api-1",x="2"}': 2,
      'b{pod="api-1"}': Number.NaN,
    })
    assert.deepEqual(valuesOf(take('# TYPE a_total counter\na_total{x="2"} 3\n').requests), {
      'a_total{pod="api-1",x="1"}': 'ended',
      'a_total{pod="api-1",x="2"}': 3,
      'b{pod="api-1"}': 'ended',
    })
    assert.equal(series.size, 1)
    const down = take(undefined).requests
    assert.deepEqual(valuesOf(down), { 'a_total{pod="api-1",x="2"}': 'ended' })
    assert.equal(decodeSeries(down).get('up')?.value, 0)
    const again = decodeSeries(take(page).requests)
    assert.equal(again.get('a_total{pod="api-1",x="2"}')?.value, 2)
    assert.equal(again.get('a_total{pod="api-1",x="2"}')?.type, 'counter')
    assert.equal(again.get('up')?.value, 1)
  })

  it('renames labels that the target has, unless they are honored', () => {
    const page = 'a{pod="other",job="x",exported_pod="y"} 1\n'
    assert.deepEqual(valuesOf(create().take(page).requests), {
      'a{exported_exported_pod="other",exported_job="x",exported_pod="y",pod="api-1"}': 1,
    })
    assert.deepEqual(valuesOf(create({ honorLabels: true }).take(page).requests), {
      'a{exported_job="x",exported_pod="y",pod="other"}': 1,
    })
  })

  it('puts histograms and summaries together', () => {
    const { take } = create()
    const page = (count: number) => `# TYPE h histogram
h_bucket{x="1",le="0.5"} 1
h_bucket{x="1",le="+Inf"} ${count}
h_sum{x="1"} 2.5
h_count{x="1"} ${count}
# TYPE s summary
s{quantile="0.5"} 4
s_sum 7
s_count 2
`
    for (const count of [3, 5]) {
      const found = decodeSeries(take(page(count)).requests)
      const histogram = found.get('h{pod="api-1",x="1"}')?.point
      assert.deepEqual([histogram?.count, histogram?.sum, histogram?.explicitBounds], [String(count), 2.5, [0.5]])
      assert.deepEqual(histogram?.bucketCounts, ['1', String(count - 1)])
      const summary = found.get('s{pod="api-1"}')?.point
      assert.deepEqual([summary?.count, summary?.sum, summary?.quantileValues], ['2', 7, [{ quantile: 0.5, value: 4 }]])
      assert.equal(found.size, 5)
    }
  })

  it('sends the lines of what is no histogram as they are', () => {
    const { take } = create()
    const broken = '# TYPE h histogram\nh_bucket{le="low"} 1\nh_bucket{le="2"} 1\nh_sum 2\nh_count 3\n'
    const expected = {
      'h_bucket{le="low",pod="api-1"}': 1,
      'h_bucket{le="2",pod="api-1"}': 1,
      'h_sum{pod="api-1"}': 2,
      'h_count{pod="api-1"}': 3,
    }
    for (let round = 0; round < 2; round++) {
      const { requests } = take(broken)
      assert.deepEqual(valuesOf(requests), expected)
      assert.equal(decodeSeries(requests).get('h_sum{pod="api-1"}')?.type, 'unknown')
    }
    const other = create()
    other.take('# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n')
    assert.deepEqual(valuesOf(other.take('# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_count 1\n').requests), {
      'h{pod="api-1"}': 'ended',
      'h_bucket{le="+Inf",pod="api-1"}': 1.5,
      'h_count{pod="api-1"}': 1,
    })
  })

  it('takes the first of series that stand twice, and counts the others', () => {
    const { take } = create()
    for (let round = 0; round < 2; round++) {
      const { requests, duplicates } = take('a{x="1",y="2"} 1\na{x="1",y="2"} 2\na{y="2",x="1"} 3\na{ x="1",y="2"} 4\n')
      assert.deepEqual(valuesOf(requests), { 'a{pod="api-1",x="1",y="2"}': 1 })
      assert.equal(duplicates, 3)
    }
  })

  it('keeps its own series, and names that are taken, apart', () => {
    const { take } = create({ labels: new Map() })
    const first = take('up 7\nup{x="1"} 8\n# TYPE scrape_samples_scraped histogram\nscrape_samples_scraped_count 1\n')
    assert.equal(first.conflicts, 1)
    assert.equal(take('a 1\n').conflicts, 0)
    const found = decodeSeries(first.requests)
    assert.equal(found.get('up')?.value, 1)
    assert.equal(found.get('up{x="1"}')?.value, 8)
    const other = create()
    other.take('# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 1\n')
    // Until the histogram has ended and is forgotten.
    for (let round = 0; round < 2; round++) assert.deepEqual(other.take('# TYPE a gauge\na 1\n').conflicts, 1)
    assert.deepEqual(valuesOf(other.take('# TYPE a gauge\na 1\n').requests), { 'a{pod="api-1"}': 1 })
  })

  it('relabels samples and leaves them out', () => {
    const relabel = compileRelabel([
      { ...RULE, action: 'drop', source_labels: ['__name__'], regex: 'go_.*' },
      { ...RULE, source_labels: ['__name__'], regex: '(.+)_old(_.+)?', target_label: '__name__', replacement: '$1$2' },
      { ...RULE, action: 'labeldrop', regex: 'noise' },
    ])
    const { take } = create({ relabel })
    const page = `go_threads 1\na_old{noise="1"} 2\na_old{noise="2"} 3
# TYPE h_old histogram\nh_old_bucket{le="+Inf"} 4\nh_old_count 4\n`
    for (let round = 0; round < 2; round++) {
      const { requests, duplicates } = take(page)
      assert.deepEqual(valuesOf(requests), { 'a{pod="api-1"}': 2, 'h{pod="api-1"}': 'histogram' })
      assert.equal(duplicates, 1)
    }
  })

  it('honors timestamps where it is told to', () => {
    const time = (honorTimestamps: boolean) =>
      decodeSeries(create({ honorTimestamps }).take('a 1 1790000000001\n').requests).get('a{pod="api-1"}')?.point
        .timeUnixNano
    assert.equal(time(true), '1790000000001000000')
    assert.equal(time(false), '1790000010000000000')
  })

  it('remembers nothing of pages that were not whole, nor of names that come and go', () => {
    const { take, series } = create()
    take('a 1\n')
    for (let round = 0; round < 5; round++) {
      series.begin()
      series.family({ name: 'b', type: 'gauge', help: '', unit: '' })
      for (let index = 0; index < 100; index++)
        series.sample('b', ['x', `${round}/${index}`], 1, undefined, `b${round}/${index}`)
      series.discard()
      assert.equal(series.size, 1)
    }
    for (let round = 0; round < 20; round++) {
      take(Array.from({ length: 200 }, (_, index) => `a{${' '.repeat(200 * round + index)}x="1"} 1\n`).join(''))
    }
    assert.ok(series.size <= 1_200, String(series.size))
  })

  it('takes what OpenMetrics has besides', () => {
    const page = `# TYPE a counter
a_total{x="1"} 1
a_created{x="1"} 1520872607.123
# TYPE build info
build_info{v="1"} 1
# TYPE g gaugehistogram
g_bucket{le="+Inf"} 3
g_gcount 3
g_gsum 4
# EOF
`
    const found = decodeSeries(create().take(page, 'openmetrics').requests)
    assert.deepEqual(
      [...found].filter(([series]) => /^[abg]/.test(series)).map(([series, { type, value }]) => [series, type, value]),
      [
        ['a_total{pod="api-1",x="1"}', 'counter', 1],
        ['a_created{pod="api-1",x="1"}', 'gauge', 1520872607.123],
        ['build_info{pod="api-1",v="1"}', 'info', 1],
        ['g_bucket{le="+Inf",pod="api-1"}', 'unknown', 3],
        ['g_gcount{pod="api-1"}', 'unknown', 3],
        ['g_gsum{pod="api-1"}', 'unknown', 4],
      ],
    )
  })
})
