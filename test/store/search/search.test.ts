import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { temporaryDirectory } from '../../support/temporary.ts'
import { aggregations, buckets, document, looseSort, query, sort } from './arbitraries.ts'
import { aggregate, IGNORE_ABOVE, matches, type ReferenceDocument, sorted } from './reference.ts'
import { SearchableCore } from './searchable-core.ts'

const KEYWORD = { type: 'keyword', ignore_above: IGNORE_ABOVE }
const MAPPINGS = {
  properties: {
    '@timestamp': { type: 'date_nanos' },
    message: { type: 'text' },
    level: KEYWORD,
    lvl: { type: 'alias', path: 'level' },
    count: { type: 'long' },
    ratio: { type: 'double' },
    ok: { type: 'boolean' },
    when: { type: 'date' },
    labels: { type: 'flattened' },
    dyn: { type: 'text', fields: { keyword: KEYWORD } },
  },
}

interface Dataset {
  readonly name: string
  readonly store: SearchableCore
  readonly documents: readonly ReferenceDocument[]
}

/** The same documents in one block a day, in many small blocks, and merged. */
async function datasets(t: Parameters<typeof temporaryDirectory>[0]): Promise<Dataset[]> {
  const sources = fc.sample(document, { numRuns: 1800, seed: 7 }).map((source) => printLoosely(source))
  const made: Dataset[] = []
  for (const [name, bulkSize] of [
    ['one bulk', 1800],
    ['small blocks', 45],
    ['merged', 100],
  ] as const) {
    const store = new SearchableCore(temporaryDirectory(t))
    store.core.putStreamTemplate(MAPPINGS)
    for (let at = 0; at < sources.length; at += bulkSize) {
      const statuses = store.core.statuses(sources.slice(at, at + bulkSize).map((source) => ({ source })))
      assert.deepEqual(new Set(statuses), new Set([201]))
    }
    if (name === 'merged') await store.core.merge()
    const documents = store.core
      .documents()
      .map(({ id, sequence, timeNs, source }) => ({ id, sequence, timeNs, source: JSON.parse(source) }))
    assert.equal(documents.length, sources.length)
    made.push({ name, store, documents })
  }
  t.after(() => {
    for (const { store } of made) store.core.stop()
  })
  return made
}

/** JSON, with some characters escaped that need not be. */
function printLoosely(source: object): string {
  return JSON.stringify(source).replaceAll('é', '\\u00e9').replaceAll('full', '\\u0066ull').replaceAll('/', '\\/')
}

test('searches, pages and aggregations answer as a plain evaluation of every document does', async (t) => {
  for (const { name, store, documents } of await datasets(t)) {
    const found = (body: object) => documents.filter((candidate) => matches(candidate, body))

    await t.test(`${name}: every query`, async () => {
      await fc.assert(
        fc.asyncProperty(query, looseSort, fc.integer({ min: 0, max: 30 }), async (body, order, from) => {
          const expected = sorted(found(body), order)
          const answer = await store.search({
            query: body,
            sort: order,
            from,
            size: 20,
            track_total_hits: true,
            _source: false,
          })
          assert.equal(answer.hits.total?.value, expected.length)
          assert.deepEqual(
            answer.hits.hits.map(({ _id }) => _id),
            expected.slice(from, from + 20).map(({ id }) => id),
          )
        }),
        // An empty value has no first byte to compare.
        { numRuns: name === 'merged' ? 80 : 40, examples: [[{ term: { 'dyn.keyword': '' } }, [], 0]] },
      )
    })

    await t.test(`${name}: pages`, async () => {
      await fc.assert(
        fc.asyncProperty(query, sort, fc.integer({ min: 100, max: 400 }), async (body, order, size) => {
          const expected = sorted(found(body), order).map(({ id }) => id)
          const ids: string[] = []
          let after: readonly unknown[] | undefined
          do {
            const page: Awaited<ReturnType<typeof store.search>> = await store.search({
              query: body,
              sort: order,
              size,
              track_total_hits: false,
              _source: false,
              ...(after === undefined ? {} : { search_after: after }),
            })
            ids.push(...page.hits.hits.map(({ _id }) => _id))
            after = page.hits.hits.at(-1)?.sort
          } while (after !== undefined)
          assert.equal(ids.length, expected.length)
          assert.equal(
            ids.findIndex((id, place) => id !== expected[place]),
            -1,
          )
        }),
        { numRuns: 20 },
      )
    })

    await t.test(`${name}: aggregations`, async () => {
      await fc.assert(
        fc.asyncProperty(query, aggregations, async (body, aggs) => {
          const answer = await store.search({ query: body, size: 0, aggs })
          assert.deepEqual(plain(answer.aggregations), aggregate(found(body), aggs))
        }),
        { numRuns: 30 },
      )
    })

    await t.test(`${name}: buckets of all documents`, async () => {
      await fc.assert(
        fc.asyncProperty(buckets, async (aggs) => {
          const answer = await store.search({ size: 0, aggs })
          assert.deepEqual(plain(answer.aggregations), aggregate(documents, aggs))
        }),
        { numRuns: 60 },
      )
    })
  }
})

test('terms and times of all documents are counted without reading blocks that lie in one interval', async (t) => {
  const store = new SearchableCore(temporaryDirectory(t))
  t.after(() => store.core.stop())
  store.core.putStreamTemplate(MAPPINGS)
  const levels = ['info', 'error', undefined]
  for (const hour of [1, 2, 3]) {
    const sources = Array.from({ length: 600 }, (_, index) => ({
      source: JSON.stringify({ '@timestamp': `2026-11-21T0${hour}:10:00.000Z`, level: levels[index % 3], n: index }),
    }))
    store.core.statuses(sources)
  }
  const { counters } = store.core
  const before = counters.searchBlocks
  const times = { date_histogram: { field: '@timestamp', fixed_interval: '1h' } }
  const terms = { terms: { field: 'lvl', missing: 'unknown' } }
  const answer = await store.search({
    size: 0,
    track_total_hits: true,
    query: { range: { '@timestamp': { gte: '2026-11-21T01:00:00Z' } } },
    aggs: { volume: { ...terms, aggs: { times } }, times: { ...times, aggs: { terms } } },
  })
  assert.equal(answer.hits.total?.value, 1800)
  const counts = { error: 200, info: 200, unknown: 200 }
  for (const { key, doc_count, times } of answer.aggregations.volume.buckets) {
    assert.equal(doc_count, 3 * counts[key as 'error'])
    assert.deepEqual(
      times.buckets.map(({ doc_count }: ShownBucket) => doc_count),
      [200, 200, 200],
    )
  }
  for (const { terms } of answer.aggregations.times.buckets) {
    assert.deepEqual(
      Object.fromEntries(terms.buckets.map(({ key, doc_count }: ShownBucket) => [key, doc_count])),
      counts,
    )
  }
  assert.equal(counters.searchBlocks, before)
  await store.search({ size: 0, aggs: { numbers: { terms: { field: 'n' } } } })
  assert.equal(counters.searchBlocks, before + 3, 'a field of many values is read')
})

interface ShownBucket {
  readonly key: unknown
  readonly key_as_string?: string
  readonly doc_count: number
}

/** An answer's aggregations in the reference's form. */
function plain(aggs: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(aggs).map(([name, value]) => [name, plainOne(value as object)]))
}

function plainOne(value: object): unknown {
  if (!('buckets' in value)) {
    if (!('doc_count' in value)) return 'value' in value ? value.value : undefined
    const { doc_count: count, ...inner } = value
    return { count, ...plain(inner) }
  }
  const buckets = (value.buckets as ShownBucket[]).map(({ key, key_as_string: _, doc_count: count, ...inner }) => ({
    key,
    count,
    ...plain(inner),
  }))
  return 'sum_other_doc_count' in value ? { others: value.sum_other_doc_count, buckets } : { buckets }
}
