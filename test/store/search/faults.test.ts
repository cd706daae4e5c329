import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ElasticsearchError } from '../../../store/elasticsearch-error.ts'
import { SearchQueue } from '../../../store/search/search-queue.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { SearchableCore } from './searchable-core.ts'

function filled(directory: string, options?: ConstructorParameters<typeof SearchableCore>[1]): SearchableCore {
  const store = new SearchableCore(directory, options)
  store.core.putStreamTemplate({ properties: { message: { type: 'text' } } })
  for (let day = 10; day < 20; day++) {
    for (let bulk = 0; bulk < 3; bulk++) {
      store.core.bulk(
        Array.from({ length: 600 }, (_, row) => ({
          source: `{"@timestamp":"2026-11-${day}T0${bulk}:00:00.${String(row).padStart(3, '0')}Z","message":"row ${row} of ${day}"}`,
        })),
      )
    }
  }
  return store
}

test('a damaged block is left out, said and counted', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const { files, indices, counters } = store.core
  const file = files.open(files.days[0]!)!
  const [meta] = file.blocksOf(indices.all[0]!.uid)
  const readHead = file.readHead.bind(file)
  t.mock.method(file, 'readHead', (id: number) => {
    const head = Buffer.from(readHead(id))
    if (id === meta!.id) head[10] = head[10]! ^ 0xff
    return head
  })
  const answer = await store.search({ query: { match: { message: 'row' } }, track_total_hits: true })
  assert.equal(answer.hits.total?.value, 18_000 - 600)
  assert.equal(answer._shards.failed, 1)
  assert.equal(answer._shards.failures?.length, 1)
  assert.equal(await store.core.metric('vedette_store_corrupt_blocks_total'), 1)
  assert.ok(counters.searchBlocks > 0)
})

test('searches read only the blocks that can matter', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const { counters, files } = store.core
  const read = async (body: object) => {
    const before = counters.searchBlocks
    await store.search({ _source: false, ...body })
    return counters.searchBlocks - before
  }
  const newest = { sort: [{ '@timestamp': 'desc' }], track_total_hits: false }
  assert.equal(await read({ ...newest, size: 10 }), 1)
  assert.equal(await read({ ...newest, size: 700 }), 2)
  assert.equal(await read({ size: 0, track_total_hits: true }), 0)
  assert.equal(
    await read({ size: 0, track_total_hits: true, query: { range: { '@timestamp': { lt: '2026-11-12' } } } }),
    0,
  )
  assert.equal(await read({ size: 0, track_total_hits: true, query: { term: { message: 'absent' } } }), 0)
  assert.equal(
    await read({
      query: { bool: { filter: [{ term: { message: '19' } }, { range: { '@timestamp': { gte: '2026-11-19' } } }] } },
      track_total_hits: true,
    }),
    3,
  )
  assert.equal(
    await read({ size: 0, aggs: { days: { date_histogram: { field: '@timestamp', calendar_interval: 'day' } } } }),
    0,
  )
  assert.ok(files.openFiles.every((file) => !file.isPinned))
  assert.ok(counters.searchBlocksSkipped > 30)
})

test('a search whose time is over answers with what it has', async (t) => {
  const store = filled(temporaryDirectory(t), { maxDurationMs: 0 })
  t.after(() => store.core.stop())
  const answer = await store.search({ query: { match: { message: 'row' } } })
  assert.equal(answer.timed_out, true)
  assert.equal(store.core.counters.searchesTimedOut, 1)
  assert.ok(store.core.files.openFiles.every((file) => !file.isPinned))
})

test('a search that nobody waits for ends and lets go of its files', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const gone = new AbortController()
  gone.abort()
  const heavy = { query: { regexp: { message: '.*(a|b|c)+.*[0-9]{3}' } }, track_total_hits: true }
  await assert.rejects(store.search(heavy, '_all', gone.signal), { type: 'task_cancelled_exception' })
  assert.ok(store.core.files.openFiles.every((file) => !file.isPinned))
})

test('merging while a search runs neither hides nor doubles documents', async (t) => {
  const store = filled(temporaryDirectory(t))
  t.after(() => store.core.stop())
  const search = store.search({
    query: { regexp: { message: '.*o.*' } },
    track_total_hits: true,
    size: 10_000,
    sort: ['_doc'],
  })
  const [answer] = await Promise.all([search, store.core.merge()])
  assert.equal(answer._shards.failed, 0)
  assert.equal(answer.hits.total?.value, 18_000)
  assert.equal(new Set(answer.hits.hits.map(({ _id }) => _id)).size, 10_000)
})

test('buckets are limited', async (t) => {
  const store = filled(temporaryDirectory(t), { maxBuckets: 20 })
  t.after(() => store.core.stop())
  const aggs = { a: { date_histogram: { field: '@timestamp', fixed_interval: '1h' } } }
  await assert.rejects(store.search({ size: 0, aggs }), { type: 'too_many_buckets_exception', status: 400 })
})

test('so many searches run, so many wait, the next is to come again', async () => {
  const queue = new SearchQueue({ running: 2, waiting: 1 })
  const ends: (() => void)[] = []
  const order: number[] = []
  const run = (number: number) =>
    queue.run(async () => {
      order.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
    })
  const [first, second, third] = [run(1), run(2), run(3)]
  await assert.rejects(run(4), (error: unknown) => error instanceof ElasticsearchError && error.status === 429)
  assert.deepEqual(order, [1, 2])
  ends[1]!()
  await second
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(order, [1, 2, 3])
  ends[0]!()
  ends[2]!()
  await Promise.all([first, third])
  const fifth = run(5)
  ends[3]!()
  await fifth
})
