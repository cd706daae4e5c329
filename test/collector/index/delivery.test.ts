import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { type BulkAnswer, FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

async function start(t: TestContext, settings: readonly string[] = []) {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start(), settings)
  t.after(() => elasticsearch.stop())
  return { elasticsearch, collector }
}

const names = (count: number, prefix = 'id') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

/** The first answers are those of a script; then all is well. */
function script(elasticsearch: FakeElasticsearch, ...answers: BulkAnswer[]): void {
  elasticsearch.onBulk = ({ number }) => answers[number - 1]
}

test('each document gets what its own item says', async (t) => {
  const { elasticsearch, collector } = await start(t)
  const seen: string[][] = []
  const statuses = [201, 409, 429, 502, 503, 504, 400, 404, 500, 403, 200]
  elasticsearch.onBulk = ({ number, documents }) => {
    seen.push(documents.map(({ id }) => id))
    const fault = (_document: unknown, place: number) => {
      const status = statuses[place]!
      return { status, type: `error_${status}`, reason: `because ${status}`, store: status === 201 || status === 409 }
    }
    return number === 1 ? { kind: 'items', fault } : undefined
  }
  await collector.start()
  await collector.send(names(statuses.length))
  await collector.settle()
  assert.deepEqual(seen[1], ['id-2', 'id-3', 'id-4', 'id-5', 'id-9'], 'only what can be taken later is sent again')
  const { indexed, duplicate, deadLetter } = await collector.account()
  assert.deepEqual({ indexed, duplicate, deadLetter }, { indexed: 7, duplicate: 1, deadLetter: 3 })
  const letters = await collector.letters()
  assert.deepEqual(
    letters.map(({ head: { status, type, reason, attempts } }) => ({ status, type, reason, attempts })),
    [400, 404, 500].map((status) => ({
      ...{ status, type: `error_${status}`, reason: `because ${status}`, attempts: 1 },
    })),
  )
  const [action, document] = letters[0]!.text.split('\n').map((line) => (line === '' ? line : JSON.parse(line)))
  assert.deepEqual(action, { create: { _index: 'logs-kubernetes.otel-default', _id: 'id-6' } })
  assert.deepEqual(document.body, { text: 'text of id-6' })
  await collector.stop()
})

test('what Elasticsearch puts in the failure store is counted as such', async (t) => {
  const { elasticsearch, collector } = await start(t)
  script(elasticsearch, {
    kind: 'items',
    fault: (_document, place) => (place === 1 ? { status: 201, failureStore: 'used', store: true } : undefined),
  })
  await collector.start()
  await collector.send(names(3))
  await collector.settle()
  const { indexed, failureStore } = await collector.account()
  assert.deepEqual({ indexed, failureStore }, { indexed: 2, failureStore: 1 })
  await collector.stop()
})

const RETRIED: readonly (readonly [string, BulkAnswer])[] = [
  ['429', { kind: 'refuse', status: 429, headers: { 'retry-after': '0' } }],
  ['401', { kind: 'refuse', status: 401 }],
  ['500', { kind: 'refuse', status: 500 }],
  ['503 from a proxy', { kind: 'refuse', status: 503, body: '<html>' }],
  ['400 from a proxy', { kind: 'refuse', status: 400, body: '<html>bad request</html>' }],
  [
    '400 for the headers',
    { kind: 'refuse', status: 400, body: '{"error":{"type":"media_type_header_exception","reason":"x"},"status":400}' },
  ],
  ['a reset before it was indexed', { kind: 'reset', indexed: false }],
  ['a reset after it was indexed', { kind: 'reset', indexed: true }],
  ['an answer that breaks off', { kind: 'truncate' }],
  ['too few items', { kind: 'lie', answer: ({ items }) => ({ errors: false, items: items.slice(1) }) }],
  ['no items', { kind: 'lie', answer: () => ({ errors: false }) }],
  ['items of null', { kind: 'lie', answer: ({ items }) => ({ errors: true, items: items.map(() => null) }) }],
  [
    'items without a status',
    { kind: 'lie', answer: ({ items }) => ({ errors: true, items: items.map(() => ({ create: { error: {} } })) }) },
  ],
  [
    'items with an impossible status',
    { kind: 'lie', answer: ({ items }) => ({ errors: true, items: items.map(() => ({ create: { status: 0 } })) }) },
  ],
  ['null', { kind: 'lie', answer: () => null }],
  ['text', { kind: 'lie', answer: () => 'it works!' }],
]

for (const [name, answer] of RETRIED) {
  test(`a whole request is sent again after ${name}`, async (t) => {
    const { elasticsearch, collector } = await start(t)
    script(elasticsearch, answer, answer)
    await collector.start()
    await collector.send(names(5))
    await collector.settle()
    const { indexed, duplicate, deadLetter } = await collector.account()
    assert.deepEqual([indexed + duplicate, deadLetter, elasticsearch.documents.size], [5, 0, 5])
    assert.equal(elasticsearch.bulkRequests, 3)
    assert.equal(await collector.metric('bulk_failures_total'), 2)
    await collector.stop()
  })
}

test('a hung server costs one timeout', async (t) => {
  const { elasticsearch, collector } = await start(t, ['elasticsearch.timeout=60ms'])
  script(elasticsearch, { kind: 'hang' })
  await collector.start()
  await collector.send(names(2))
  await collector.settle()
  assert.equal((await collector.account()).indexed, 2)
  assert.ok(collector.lines.some((line) => line.includes('reason=timeout')))
  await collector.stop()
})

test('an outage: senders are still served, and all is indexed afterwards', async (t) => {
  const { elasticsearch, collector } = await start(t)
  await collector.start()
  await collector.send(names(3, 'before'))
  await collector.settle()
  await elasticsearch.stop()
  await collector.send(names(3, 'during'))
  await collector.send(names(3, 'during-2'))
  const { queued, inFlight } = await collector.account()
  assert.equal(queued + inFlight, 6)
  await elasticsearch.start()
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 9)
  await collector.account()
  await collector.stop()
})

for (const status of [413, 400]) {
  test(`a request refused with ${status} is divided until the document at fault is alone`, async (t) => {
    const { elasticsearch, collector } = await start(t)
    elasticsearch.onBulk = ({ documents }) =>
      documents.some(({ id }) => id === 'id-5') ? { kind: 'refuse', status } : undefined
    await collector.start()
    await collector.send(names(9))
    await collector.settle()
    const { indexed, deadLetter } = await collector.account()
    assert.deepEqual({ indexed, deadLetter }, { indexed: 8, deadLetter: 1 })
    const [letter] = await collector.letters()
    assert.equal(letter?.head.status, status)
    assert.equal(letter.head.documentId, 'id-5')
    await collector.stop()
  })
}

test('a server that cuts connections when a request is too large gets smaller ones', async (t) => {
  const { elasticsearch, collector } = await start(t)
  elasticsearch.onBulk = ({ bytes }) => (bytes > 1_200_000 ? { kind: 'reset', indexed: false } : undefined)
  await collector.start()
  await collector.send(names(20), (id) => id.padEnd(100_000, '.'))
  await collector.settle()
  assert.equal((await collector.account()).indexed, 20)
  await collector.stop()
})

test('nothing is sent before the template is there, and it is put again when it is gone', async (t) => {
  const { elasticsearch, collector } = await start(t)
  elasticsearch.failingTemplates = 3
  await collector.start()
  await collector.send(names(2))
  await collector.settle()
  assert.equal(await collector.metric('template_failures_total'), 3)
  assert.equal(elasticsearch.bulkRequests, 1)
  elasticsearch.templates.clear()
  await collector.send(names(2, 'later'))
  await collector.settle()
  assert.equal(elasticsearch.templates.size, 1)
  assert.equal(elasticsearch.documents.size, 4)
  await collector.account()
  await collector.stop()
})

test('stopping delivers what is there, and waits for nobody who refuses', async (t) => {
  const { elasticsearch, collector } = await start(t, [
    'elasticsearch.backoff.initial=1h',
    'elasticsearch.backoff.max=1h',
  ])
  await collector.start()
  await collector.send(names(4))
  await collector.stop()
  await collector.start()
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 4)
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  await collector.send(names(3, 'later'))
  await collector.stop()
  elasticsearch.onBulk = () => undefined
  await collector.start()
  assert.equal(await collector.metric('records_recovered_total'), 3)
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 7)
  await collector.account()
  await collector.stop()
})

test('few bytes that stand for many become bulk requests of bounded size', async (t) => {
  const { elasticsearch, collector } = await start(t, ['elasticsearch.bulk.max_bytes=64KiB'])
  const sizes: number[] = []
  elasticsearch.onBulk = ({ bytes }) => {
    sizes.push(bytes)
    return undefined
  }
  const resource = { attributes: [{ key: 'big', value: { stringValue: 'x'.repeat(20_000) } }] }
  const logRecords = Array.from({ length: 100 }, (_, index) => ({ severityNumber: 1 + (index % 24) }))
  await collector.start()
  const response = await collector.post(
    encodeLogsRequest({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
  )
  assert.equal(response.status, 200)
  await collector.settle()
  assert.equal((await collector.account()).indexed, 100)
  assert.equal(elasticsearch.documents.size, 100)
  assert.ok(Math.max(...sizes) < 2 * 65_536 + 30_000, String(sizes))
  await collector.stop()
})
