import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { SearchableCore } from './searchable-core.ts'

/** Minutes 0 to 5, of which the fourth has no documents; each has as many documents as its number says, of that size. */
const COUNTS = [4, 2, 6, 0, 3, 9]

function filled(directory: string): SearchableCore {
  const store = new SearchableCore(directory)
  store.core.putStreamTemplate({ properties: { kind: { type: 'keyword' }, size: { type: 'long' } } })
  store.core.bulk(
    COUNTS.flatMap((count, minute) =>
      Array.from({ length: count }, (_, place) => ({
        source: `{"@timestamp":"2026-11-21T00:0${minute}:${10 + place}Z","size":${count},"kind":"${place % 2 === 0 ? 'even' : 'odd'}"}`,
      })),
    ),
  )
  return store
}

type Case = readonly [name: string, pipeline: object, expected: readonly unknown[]]

const minutes = { field: '@timestamp', fixed_interval: '1m' }
const size = { sum: { field: 'size' } }
const average = { avg: { field: 'size' } }

/** What a pipeline gives in each of the minutes; undefined where there is nothing of it. */
const CASES: readonly Case[] = [
  ['differences of counts', { derivative: { buckets_path: '_count' } }, [undefined, -2, 4, -6, 3, 6]],
  ['differences of a metric, with a gap', { derivative: { buckets_path: 'avg' } }, [undefined, -2, 4, null, null, 6]],
  [
    'differences, gaps as zeros',
    { derivative: { buckets_path: 'avg', gap_policy: 'insert_zeros' } },
    [undefined, -2, 4, -6, 3, 6],
  ],
  ['a running total', { cumulative_sum: { buckets_path: 'size' } }, [16, 20, 56, 56, 65, 146]],
  ['differences with a lag', { serial_diff: { buckets_path: '_count', lag: 2 } }, [undefined, undefined, 2, -2, -3, 9]],
  [
    'averages of a window',
    { moving_fn: { buckets_path: '_count', window: 2, script: 'MovingFunctions.unweightedAvg(values)' } },
    [null, 4, 3, 4, 3, 1.5],
  ],
  [
    'sums of a window that is shifted',
    { moving_fn: { buckets_path: '_count', window: 2, shift: 1, script: 'MovingFunctions.sum(values)' } },
    [4, 6, 8, 6, 3, 12],
  ],
  [
    'a window with an argument',
    { moving_fn: { buckets_path: '_count', window: 3, shift: 1, script: 'MovingFunctions.ewma(values, 0.5)' } },
    [4, 3, 4.5, 2, 3, 5.25],
  ],
  [
    'a script',
    { bucket_script: { buckets_path: { s: 'size', c: '_count' }, script: 'params.s / params.c * 2' } },
    [8, 4, 12, undefined, 6, 18],
  ],
  [
    'a script with conditions',
    {
      bucket_script: {
        buckets_path: { c: '_count' },
        script: { source: 'params.c > params.limit ? Math.max(params.c, 7) : -1', params: { limit: 3 } },
      },
    },
    [7, -1, 7, -1, -1, 9],
  ],
]

test('pipelines read the results of the buckets around them', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  for (const [name, pipeline, expected] of CASES) {
    const aggs = { minutes: { date_histogram: minutes, aggs: { it: pipeline, size, avg: average } } }
    const { aggregations } = await store.search({ size: 0, aggs })
    const shown = aggregations.minutes.buckets.map((bucket: { it?: { value: unknown } }) => bucket.it?.value)
    assert.deepEqual(shown, expected, name)
  }
})

test('pipelines read each other, whatever the order in which they are asked for', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const { aggregations } = await store.search({
    size: 0,
    aggs: {
      most: { max_bucket: { buckets_path: 'minutes>second' } },
      minutes: {
        date_histogram: minutes,
        aggs: {
          second: { derivative: { buckets_path: 'first' } },
          first: { derivative: { buckets_path: '_count', unit: '1s' } },
        },
      },
      all: { stats_bucket: { buckets_path: 'minutes>_count' } },
      middle: { percentiles_bucket: { buckets_path: 'minutes>_count', percents: [50] } },
    },
  })
  assert.deepEqual(aggregations.most, { value: 6, keys: ['2026-11-21T00:02:00.000Z'] })
  assert.equal(aggregations.minutes.buckets[1].first.normalized_value, -2 / 60)
  assert.deepEqual(aggregations.all, { count: 6, min: 0, max: 9, avg: 4, sum: 24 })
  assert.deepEqual(aggregations.middle, { values: { '50.0': 4 } })
})

test('buckets are ordered, left out and paged by their results', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const order = { bucket_sort: { sort: [{ size: 'desc' }], from: 1, size: 2 } }
  const some = { bucket_selector: { buckets_path: { c: '_count' }, script: 'params.c >= 3 && params.c != 9' } }
  const counts = async (aggs: object) => {
    const { aggregations } = await store.search({ size: 0, aggs: { minutes: { date_histogram: minutes, aggs } } })
    return aggregations.minutes.buckets.map((bucket: { doc_count: number }) => bucket.doc_count)
  }
  assert.deepEqual(await counts({ size, order }), [6, 4])
  assert.deepEqual(await counts({ some }), [4, 6, 3])
})

test('rates and the metrics of the first documents', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const { aggregations } = await store.search({
    size: 0,
    aggs: {
      minutes: {
        date_histogram: minutes,
        aggs: {
          kinds: { terms: { field: 'kind' }, aggs: { rate: { rate: { unit: 'second' } } } },
          bytes: { rate: { unit: 'hour', field: 'size' } },
        },
      },
      last: { top_metrics: { metrics: [{ field: 'kind' }, { field: 'size' }], sort: { '@timestamp': 'desc' } } },
    },
  })
  const [first] = aggregations.minutes.buckets
  assert.equal(first.bytes.value, 16 * 60)
  assert.deepEqual(
    first.kinds.buckets.map(({ rate }: { rate: { value: number } }) => rate.value),
    [2 / 60, 2 / 60],
  )
  assert.deepEqual(aggregations.last, {
    top: [{ sort: ['2026-11-21T00:05:18.000Z'], metrics: { kind: 'even', size: 9 } }],
  })
})

const histogram = (aggs: object) => ({ minutes: { date_histogram: minutes, aggs } })
/** Requests that do not hold together, and the error's type. */
const REFUSED: readonly (readonly [object, string, RegExp])[] = [
  [
    histogram({ d: { derivative: { buckets_path: 'nothing' } } }),
    'action_request_validation_exception',
    /No aggregation found for path \[nothing\]/,
  ],
  [
    { d: { derivative: { buckets_path: '_count' } } },
    'action_request_validation_exception',
    /must be declared inside of another aggregation/,
  ],
  [
    { t: { terms: { field: 'kind' }, aggs: { d: { derivative: { buckets_path: '_count' } } } } },
    'action_request_validation_exception',
    /must have a histogram/,
  ],
  [
    histogram({ a: { derivative: { buckets_path: 'b' } }, b: { derivative: { buckets_path: 'a' } } }),
    'illegal_argument_exception',
    /Cyclical dependency/,
  ],
  [
    histogram({ s: { bucket_script: { buckets_path: { c: '_count' }, script: 'System.exit(params.c)' } } }),
    'illegal_argument_exception',
    /not supported/,
  ],
  [
    histogram({ s: { bucket_script: { buckets_path: { c: '_count' }, script: 'params.c.constructor' } } }),
    'illegal_argument_exception',
    /not supported/,
  ],
  [
    histogram({ m: { moving_fn: { buckets_path: '_count', window: 3, script: 'values[0]' } } }),
    'x_content_parse_exception',
    /not supported/,
  ],
  [{ r: { rate: { unit: 'second' } } }, 'illegal_argument_exception', /inside a date histogram/],
]

test('pipelines that make no sense are refused', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  for (const [aggs, type, message] of REFUSED)
    await assert.rejects(store.search({ size: 0, aggs }), { type, message, status: 400 }, JSON.stringify(aggs))
})
