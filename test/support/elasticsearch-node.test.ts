import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startElasticsearch, whyNoElasticsearch } from './elasticsearch-node.ts'

const skip = await whyNoElasticsearch()
const STREAM = 'logs-fixture-default'

test('the real node: data streams with a failure store, and its data after kill -9', { skip }, async (t) => {
  const node = await startElasticsearch(t, { settings: { 'thread_pool.write.queue_size': '50' } })
  const root = await fetch(node.url)
  assert.equal(root.headers.get('x-elastic-product'), 'Elasticsearch')
  assert.match(((await root.json()) as { version: { number: string } }).version.number, /^9\.5\./)
  const template = {
    index_patterns: ['logs-fixture-*'],
    data_stream: {},
    template: {
      data_stream_options: { failure_store: { enabled: true } },
      settings: { 'index.codec': 'best_compression' },
      mappings: { properties: { number: { type: 'long' } } },
    },
  }
  assert.deepEqual(await node.request('PUT', '/_index_template/fixture', template), {
    status: 200,
    body: { acknowledged: true },
  })
  const bulk = [
    ...[{ create: { _id: 'one' } }, { '@timestamp': '2026-11-21T00:00:00Z', number: 1 }],
    ...[{ create: { _id: 'one' } }, { '@timestamp': '2026-11-21T00:00:00Z', number: 1 }],
    ...[{ create: { _id: 'two' } }, { '@timestamp': '2026-11-21T00:00:00Z', number: 'many' }],
  ]
  const lines = bulk.map((line) => `${JSON.stringify(line)}\n`).join('')
  const { body } = await node.request('POST', `/${STREAM}/_bulk?require_data_stream=true`, lines)
  assert.deepEqual(
    body.items.map(({ create }: { create: { status: number; failure_store?: string } }) => [
      create.status,
      create.failure_store,
    ]),
    [
      [201, undefined],
      [409, undefined],
      [201, 'used'],
    ],
  )
  const { url, pid } = node
  await node.kill()
  await node.start()
  assert.equal(node.url, url)
  assert.notEqual(node.pid, pid)
  assert.equal(await node.count(STREAM), 1)
  const streams = await node.request('GET', `/_data_stream/${STREAM}`)
  assert.equal(streams.body.data_streams[0].failure_store.enabled, true)
  assert.equal((await node.request('DELETE', `/_data_stream/${STREAM}`)).status, 200)
  assert.equal((await node.request('GET', `/_data_stream/${STREAM}`)).status, 404)
})

test('the real node hangs when it is suspended, and answers when it is resumed', { skip }, async (t) => {
  const node = await startElasticsearch(t)
  node.suspend()
  let isAnswered = false
  const answer = node.request('GET', '/').finally(() => (isAnswered = true))
  await sleep(300)
  assert.equal(isAnswered, false)
  node.resume()
  assert.equal((await answer).status, 200)
  await node.stop()
  await assert.rejects(() => node.request('GET', '/'))
})
