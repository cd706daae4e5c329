import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { type BulkAnswer, FakeElasticsearch, type ItemFault } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

async function start(t: TestContext, settings: readonly string[] = []) {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), settings)
  t.after(() => elasticsearch.stop())
  await collector.start()
  return { elasticsearch, collector }
}

const names = (count: number, prefix = 'id') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

function script(elasticsearch: FakeElasticsearch, ...answers: (BulkAnswer | undefined)[]): void {
  elasticsearch.onBulk = ({ number }) => answers[number - 1]
}

test('each item of a mixed answer, failure store included', async (t) => {
  const { elasticsearch, collector } = await start(t)
  const faults: readonly (ItemFault | undefined)[] = [
    undefined,
    { status: 201, failureStore: 'used', store: true },
    { status: 201, failureStore: 'not_applicable_or_unknown', store: true },
    { status: 400, type: 'document_parsing_exception', failureStore: 'failed' },
    { status: 400, type: 'document_parsing_exception', failureStore: 'not_enabled' },
    { status: 409, type: 'version_conflict_engine_exception', failureStore: 'not_enabled', store: true },
    { status: 429, type: 'es_rejected_execution_exception', failureStore: 'not_enabled' },
    { status: 503, type: 'unavailable_shards_exception' },
    { status: 200, store: true },
  ]
  script(elasticsearch, { kind: 'items', fault: (_document, place) => faults[place] })
  await collector.send(names(faults.length))
  await collector.settle()
  const { indexed, failureStore, duplicate, deadLetter } = await collector.account()
  assert.deepEqual(
    { indexed, failureStore, duplicate, deadLetter },
    { indexed: 5, failureStore: 1, duplicate: 1, deadLetter: 2 },
  )
  assert.equal(await collector.metric('documents_retried_total'), 2)
  await collector.stop()
})

const REQUESTS_TAKEN_LATER: readonly (readonly [string, BulkAnswer, number])[] = [
  ['429 with Retry-After', { kind: 'refuse', status: 429, headers: { 'retry-after': '0' } }, 0],
  ['502', { kind: 'refuse', status: 502, body: '<html>bad gateway</html>' }, 0],
  ['503', { kind: 'refuse', status: 503 }, 0],
  ['504', { kind: 'refuse', status: 504, body: '' }, 0],
  ['a reset after all was taken', { kind: 'reset', indexed: true }, 4],
  ['a slow first byte', { kind: 'slow', firstByteMs: 2_500 }, 4],
  ['an answer that breaks off', { kind: 'truncate' }, 4],
  ['fewer items than documents', { kind: 'lie', answer: ({ items }) => ({ items: items.slice(2) }) }, 4],
]

for (const [name, answer, redelivered] of REQUESTS_TAKEN_LATER) {
  test(`sent again, and counted as redelivered if it may have been taken: ${name}`, async (t) => {
    const { elasticsearch, collector } = await start(t, ['elasticsearch.timeout=500ms'])
    script(elasticsearch, answer)
    await collector.send(names(4))
    await collector.settle()
    const { indexed, duplicate } = await collector.account()
    assert.deepEqual([indexed, duplicate], redelivered === 0 ? [4, 0] : [0, 4])
    assert.equal(await collector.metric('documents_redelivered_total'), redelivered)
    assert.equal(elasticsearch.documents.size, 4)
    await collector.stop()
  })
}

test('what says nothing of Elasticsearch, but answers for each document, is believed', async (t) => {
  const { elasticsearch, collector } = await start(t)
  script(elasticsearch, { kind: 'no-product' })
  await collector.send(names(4))
  await collector.settle()
  assert.deepEqual([(await collector.account()).indexed, elasticsearch.bulkRequests], [4, 1])
  await collector.stop()
})

const HOLDS: readonly (readonly [reason: string, answer: BulkAnswer, words: RegExp])[] = [
  ['unauthorized', { kind: 'refuse', status: 401 }, /does not accept the credentials/],
  [
    'forbidden',
    {
      kind: 'refuse',
      status: 403,
      body: JSON.stringify({
        error: {
          type: 'security_exception',
          reason: 'action [x] is unauthorized, this action is granted by the index privileges [create_doc,write,all]',
        },
        status: 403,
      }),
    },
    /lack the index privilege create_doc/,
  ],
  ['not_found', { kind: 'refuse', status: 404, body: 'no such page' }, /there is no _bulk/],
  [
    'read_only',
    {
      kind: 'refuse',
      status: 403,
      body: JSON.stringify({
        error: { type: 'cluster_block_exception', reason: 'blocked by: [FORBIDDEN/6/cluster read-only (api)];' },
        status: 403,
      }),
    },
    /the whole cluster is read-only/,
  ],
  [
    'flood_stage',
    {
      kind: 'items',
      fault: () => ({
        status: 429,
        type: 'cluster_block_exception',
        reason:
          'index [.ds-logs-1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];',
      }),
    },
    /\.ds-logs-1 is read-only because the disk of a node is fuller than the flood-stage watermark/,
  ],
  [
    'write_block',
    {
      kind: 'items',
      fault: ({ id }) =>
        id === 'id-0'
          ? undefined
          : {
              status: 403,
              type: 'cluster_block_exception',
              reason: 'index [.ds-logs-1] blocked by: [FORBIDDEN/8/index write (api)];',
            },
    },
    /writing to the index \.ds-logs-1 is blocked/,
  ],
]

for (const [reason, answer, words] of HOLDS) {
  test(`documents wait, and it is said why, while there is a block: ${reason}`, async (t) => {
    const { elasticsearch, collector } = await start(t)
    let isBlocked = true
    elasticsearch.onBulk = () => (isBlocked ? answer : undefined)
    await collector.send(names(3))
    await until('bulk requests', () => elasticsearch.bulkRequests > 2, { everyMs: 2 })
    assert.equal(await collector.metric('elasticsearch_blocked'), 1)
    assert.equal(collector.pipeline.indexing.blocks.list()[0]?.reason, reason)
    assert.equal((await collector.account()).deadLetter, 0)
    const said = collector.lines.filter((line) => line.includes('until somebody acts'))
    assert.equal(said.length, 1)
    assert.match(said[0]!, words)
    isBlocked = false
    await collector.settle()
    assert.equal(await collector.metric('elasticsearch_blocked'), 0)
    assert.ok(collector.lines.some((line) => line.includes('takes documents again')))
    assert.equal(elasticsearch.documents.size, 3)
    await collector.account()
    await collector.stop()
  })
}

test('a Retry-After holds for all workers, and one of them asks for all', async (t) => {
  const { elasticsearch, collector } = await start(t, ['elasticsearch.bulk.max_bytes=1KiB'])
  for (let count = 0; count < 8; count++) await collector.send(names(20, `warm-${count}`))
  await collector.settle()
  let underWay = 0
  let most = 0
  const refusedFrom = elasticsearch.bulkRequests
  elasticsearch.onBulk = ({ number }) => {
    if (number <= refusedFrom + 3) return { kind: 'refuse', status: 429, headers: { 'retry-after': '0' } }
    underWay += 1
    most = Math.max(most, underWay)
    underWay -= 1
    return undefined
  }
  for (let count = 0; count < 8; count++) await collector.send(names(20, `then-${count}`))
  await collector.settle()
  assert.equal((await collector.account()).indexed, 320)
  assert.ok(most >= 1)
  assert.ok((await collector.metric('bulk_failures_total')) <= 3)
  await collector.stop()
})

test('a limit that a 413 taught is kept: few requests are refused, however much is sent', async (t) => {
  const { elasticsearch, collector } = await start(t)
  let refused = 0
  elasticsearch.onBulk = ({ bytes }) => {
    if (bytes <= 300_000) return undefined
    refused += 1
    return { kind: 'refuse', status: 413, body: '', close: true }
  }
  for (let count = 0; count < 10; count++) {
    await collector.send(names(40, `n${count}`), (id) => id.padEnd(20_000, '.'))
  }
  await collector.settle()
  assert.equal((await collector.account()).indexed, 400)
  assert.ok(refused < 30, `${refused} of ${elasticsearch.bulkRequests} requests were refused`)
  const before = refused
  for (let count = 0; count < 5; count++) {
    await collector.send(names(40, `m${count}`), (id) => id.padEnd(20_000, '.'))
  }
  await collector.settle()
  assert.ok(refused - before <= 2, `${refused - before} more`)
  assert.equal(await collector.metric('bulk_divided_total'), refused)
  await collector.stop()
})

test('one document that is too large alone goes to the dead letter, its neighbours do not', async (t) => {
  const { elasticsearch, collector } = await start(t)
  elasticsearch.onBulk = ({ bytes }) => (bytes > 100_000 ? { kind: 'refuse', status: 413, body: '' } : undefined)
  await collector.send(names(6), (id) => (id === 'id-3' ? 'x'.repeat(200_000) : id))
  await collector.settle()
  const { indexed, deadLetter } = await collector.account()
  assert.deepEqual({ indexed, deadLetter }, { indexed: 5, deadLetter: 1 })
  await collector.stop()
})

test('requests that are not answered in time become smaller', async (t) => {
  const { elasticsearch, collector } = await start(t, [
    'elasticsearch.timeout=80ms',
    'elasticsearch.bulk.max_bytes=2MiB',
  ])
  elasticsearch.onBulk = ({ bytes }) => (bytes > 1_050_000 ? { kind: 'hang' } : undefined)
  await collector.send(names(20), (id) => id.padEnd(100_000, '.'))
  await collector.settle()
  assert.equal((await collector.account()).indexed, 20)
  assert.ok((await collector.metric('bulk_target_bytes')) < 2 * 1024 ** 2)
  await collector.stop()
})

test('an id of more than 512 bytes never reaches a bulk request', async (t) => {
  const { elasticsearch, collector } = await start(t)
  await collector.send(['x'.repeat(512), 'y'.repeat(513), 'ü'.repeat(257)])
  await collector.settle()
  assert.equal((await collector.account()).indexed, 3)
  const ids = [...elasticsearch.documents.keys()].map((key) => key.slice(key.indexOf('/') + 1))
  assert.ok(ids.every((id) => Buffer.byteLength(id) <= 512))
  assert.equal(ids.filter((id) => id.startsWith('x')).length, 1)
  await collector.stop()
})
