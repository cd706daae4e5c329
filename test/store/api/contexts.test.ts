import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@elastic/elasticsearch'
import { startService } from '../service.ts'

const lines = (from: number, count: number) =>
  Array.from(
    { length: count },
    (_, place) => `{"create":{"_id":"n-${from + place}"}}\n{"n":${from + place},"text":"line ${from + place}"}\n`,
  ).join('')

test('points in time and scrolls see what was there when they were opened, once each', async (t) => {
  const service = await startService(t)
  const client = new Client({ node: service.url })
  t.after(() => client.close())
  await service.request('POST', '/lines/_bulk', lines(0, 25))
  const { id } = await client.openPointInTime({ index: 'lines', keep_alive: '1m' })
  const scrolled = client.helpers
    .scrollDocuments<{ n: number }>({ index: 'lines', size: 10, sort: [{ n: 'desc' }] })
    [Symbol.asyncIterator]()
  const first = await scrolled.next()
  assert.equal((first.value as { n: number }).n, 24)
  await service.request('POST', '/lines/_bulk', lines(100, 25))
  const seen: number[] = []
  let after: unknown[] | undefined
  for (;;) {
    const page = await client.search<{ n: number }>({
      pit: { id, keep_alive: '1m' },
      size: 7,
      sort: [{ n: 'asc' }],
      ...(after === undefined ? {} : { search_after: after as number[] }),
    })
    assert.deepEqual(page.hits.total, { value: 25, relation: 'eq' })
    if (page.hits.hits.length === 0) break
    seen.push(...page.hits.hits.map(({ _source }) => _source!.n))
    after = page.hits.hits.at(-1)!.sort
    assert.equal(after?.length, 2, 'a tiebreaker follows the key that was asked for')
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, n) => n),
  )
  const rest: number[] = []
  for (let next = await scrolled.next(); next.done !== true; next = await scrolled.next()) rest.push(next.value.n)
  assert.deepEqual(
    rest,
    Array.from({ length: 24 }, (_, n) => 23 - n),
  )
  assert.deepEqual(await client.closePointInTime({ id }), { succeeded: true, num_freed: 1 })
  const gone = await service.request('POST', '/_search', JSON.stringify({ pit: { id } }))
  assert.equal(gone.status, 404)
  assert.match(gone.text, /search_context_missing_exception/)
})

test('documents by id, tables and sizes, as the client asks for them', async (t) => {
  const service = await startService(t)
  const client = new Client({ node: service.url })
  t.after(() => client.close())
  await service.request('POST', '/lines/_bulk', lines(0, 25))
  const one = await client.get<{ n: number }>({ index: 'lines', id: 'n-7' })
  assert.deepEqual([one.found, one._source?.n, one._version], [true, 7, 1])
  assert.equal(await client.exists({ index: 'lines', id: 'nobody' }), false)
  assert.deepEqual(await client.getSource({ index: 'lines', id: 'n-3' }), { n: 3, text: 'line 3' })
  const several = await client.mget({ index: 'lines', ids: ['n-1', 'nobody'] })
  assert.deepEqual(
    several.docs.map((found) => 'found' in found && found.found),
    [true, false],
  )
  const [line] = await client.cat.indices({ format: 'json', bytes: 'b' })
  assert.equal(line?.['docs.count'], '25')
  assert.ok(Number(line?.['store.size']) > 0)
  const stats = await client.indices.stats({ index: 'lines' })
  assert.equal(stats._all.primaries?.docs?.count, 25)
  assert.deepEqual(
    (await client.indices.resolveIndex({ name: 'l*' })).indices.map(({ name }) => name),
    ['lines'],
  )
  const table = await service.request('GET', '/_cat/indices?v&h=index,docs.count')
  assert.equal(table.text, 'index docs.count\nlines         25\n')
  assert.match(table.headers.get('content-type')!, /^text\/plain/)
})

test('what the store does not do is refused with what to do instead', async (t) => {
  const service = await startService(t)
  const refused = await service.request('POST', '/lines/_delete_by_query', '{"query":{"match_all":{}}}')
  assert.equal(refused.status, 400)
  assert.match(refused.text, /illegal_argument_exception.*retention/)
  assert.equal((await service.request('PUT', '/lines', '{}')).status, 400)
})
