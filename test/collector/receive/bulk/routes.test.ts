import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startCollector } from '../../../support/start-collector.ts'

async function start(t: TestContext, settings: readonly string[] = []) {
  const { elasticsearch, collector } = await startCollector(t, settings)
  const post = async (path: string, body: string | Buffer, headers: Record<string, string> = {}, method = 'POST') => {
    const response = await fetch(`${collector.webUrl}${path}`, {
      method,
      body: method === 'GET' ? undefined : new Uint8Array(Buffer.from(body)),
      headers: { 'content-type': 'application/x-ndjson', ...headers },
    } as RequestInit)
    assert.equal(response.headers.get('x-elastic-product'), 'Elasticsearch')
    return { status: response.status, headers: response.headers, answer: (await response.json()) as Answer }
  }
  return { elasticsearch, collector, post }
}

interface Answer {
  readonly errors?: boolean
  readonly took?: number
  readonly items?: readonly Record<string, { _id: string; status: number; error?: { type: string } }>[]
  readonly error?: { readonly type: string; readonly reason: string }
  readonly status?: number
}

const BODY =
  '{"index":{"_index":"filebeat-9.1"}}\n{"@timestamp":"2026-11-21T00:00:00Z","message":"a"}\n{"create":{}}\n{"message":"b"}\n'

test('documents arrive where they were sent, once, also after a restart', async (t) => {
  const { elasticsearch, collector, post } = await start(t)
  elasticsearch.onBulk = ({ number }) => (number < 3 ? { kind: 'reset', indexed: true } : undefined)
  const { status, answer } = await post('/logs-app-default/_bulk', BODY)
  assert.equal(status, 200)
  assert.equal(answer.errors, false)
  const ids = answer.items!.map((item) => Object.values(item)[0]!)
  assert.deepEqual(Object.keys(answer.items![0]!), ['index'])
  assert.ok(ids.every((item) => item.status === 201))
  await collector.stop()
  await collector.start()
  await collector.settle()
  const found = [...elasticsearch.documents].map(
    ([key, line]) => [key, JSON.parse(line) as Record<string, unknown>] as const,
  )
  assert.deepEqual(
    new Set(found.map(([key]) => key)),
    new Set([`filebeat-9.1/${ids[0]!._id}`, `logs-app-default/${ids[1]!._id}`]),
  )
  assert.deepEqual(elasticsearch.conflicts, [])
  const [, b] = found.find(([key]) => key.startsWith('logs-app'))!
  assert.match(String(b['@timestamp']), /^20\d\d-\d\d-\d\dT/)
  await collector.account()
})

test('gzip, other paths and methods, and the types that clients have for JSON', async (t) => {
  const { elasticsearch, collector, post } = await start(t)
  const vendored = 'application/vnd.elasticsearch+x-ndjson; compatible-with=8'
  const accept = 'application/vnd.elasticsearch+json; compatible-with=8'
  assert.equal((await post('/i/_bulk', gzipSync(BODY), { 'content-encoding': 'gzip' })).status, 200)
  const compatible = await post('/i/_bulk?pretty', BODY, { 'content-type': vendored, accept })
  assert.equal(compatible.headers.get('content-type'), 'application/vnd.elasticsearch+json;compatible-with=8')
  assert.equal(
    (await post('/i/_bulk/?pipeline=&timeout=1m', BODY, { 'content-type': 'application/json; charset=UTF-8' }, 'PUT'))
      .status,
    200,
  )
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 6)
  assert.equal(await collector.metric('requests_received_total'), 3)
  assert.equal((await collector.account()).received, 6)
})

test('items that are refused are told apart from those that are taken', async (t) => {
  const { collector, post } = await start(t)
  const body = `${BODY}{"delete":{"_index":"i","_id":"x"}}\n{"index":{}}\nnonsense\n`
  const { answer } = await post('/i/_bulk?filter_path=errors,items.*.error,items.*.status', body)
  assert.deepEqual(Object.keys(answer), ['errors', 'items'])
  assert.equal(answer.errors, true)
  const items = answer.items!.map((item) => Object.values(item)[0]!)
  assert.deepEqual(
    items.map(({ status, error }) => [status, error?.type]),
    [
      [201, undefined],
      [201, undefined],
      [400, 'illegal_argument_exception'],
      [400, 'document_parsing_exception'],
    ],
  )
  assert.deepEqual(Object.keys(items[0]!), ['status'])
  assert.equal(await collector.metric('records_rejected_total'), 2)
  assert.equal((await collector.account()).received, 2)
})

test('pipeline and routing are handed on, and what the request requires of its target', async (t) => {
  const { elasticsearch, collector, post } = await start(t)
  const seen: (string | boolean | undefined)[][] = []
  elasticsearch.onBulk = ({ documents }) => {
    seen.push(
      ...documents.map(({ pipeline, requireDataStream, operation }) => [pipeline, requireDataStream, operation]),
    )
    return undefined
  }
  const one = '{"index":{"_id":"x"}}\n{}\n'
  await post('/i/_bulk?pipeline=p', one)
  await post('/logs-kubernetes.otel-x/_bulk?require_data_stream=true', one)
  await collector.settle()
  assert.deepEqual(seen, [
    ['p', false, 'index'],
    [undefined, true, 'index'],
  ])
})

const ONE = '{"create":{}}\n{"message":"x"}\n'
const REFUSED: readonly (readonly [string, string, string | Buffer, Record<string, string>, number, RegExp])[] = [
  ['no type', '/i/_bulk', ONE, { 'content-type': '' }, 406, /Content-Type header/],
  ['a form', '/i/_bulk', ONE, { 'content-type': 'text/plain' }, 406, /text\/plain/],
  ['a page', '/i/_bulk', ONE, { origin: 'https://evil.example' }, 403, /browsers/],
  [
    'a version to come',
    '/i/_bulk',
    ONE,
    { accept: 'application/vnd.elasticsearch+json;compatible-with=99' },
    400,
    /Accept/,
  ],
  ['refresh', '/i/_bulk?refresh=true', ONE, {}, 400, /refresh=true/],
  ['an unknown parameter', '/i/_bulk?what=1', ONE, {}, 400, /\[what\]/],
  ['a flag that is none', '/i/_bulk?require_data_stream=maybe', ONE, {}, 400, /maybe/],
  ['no body', '/i/_bulk', '', {}, 400, /required/],
  ['no NDJSON', '/i/_bulk', 'nonsense', {}, 400, /newline/],
  ['no gzip', '/i/_bulk', ONE, { 'content-encoding': 'gzip' }, 400, /not valid gzip/],
  ['brotli', '/i/_bulk', ONE, { 'content-encoding': 'br' }, 415, /br/],
  ['much', '/i/_bulk', Buffer.alloc(200_000, 0x20), {}, 413, /the limit/],
  ['a bomb', '/i/_bulk', gzipSync(Buffer.alloc(20_000_000, 0x0a)), { 'content-encoding': 'gzip' }, 413, /the limit/],
]

test("what is refused has Elasticsearch's form", async (t) => {
  const { collector, post } = await start(t, ['otlp.max_request_bytes=100KiB'])
  for (const [name, path, body, headers, status, reason] of REFUSED) {
    const refused = await post(path, body, headers)
    assert.deepEqual([refused.status, refused.answer.status], [status, status], name)
    assert.match(refused.answer.error!.reason, reason, name)
  }
  assert.equal((await post('/i/_bulk', '', {}, 'GET')).status, 405)
  assert.equal(await collector.metric('requests_refused_total'), REFUSED.length + 1)
  assert.equal((await post('/i/_bulk', ONE)).status, 200)
  assert.equal((await collector.account()).received, 1)
})

test('a full queue is a full write queue', async (t) => {
  const { elasticsearch, collector, post } = await start(t, ['queue.segment_bytes=64KiB', 'queue.max_bytes=128KiB'])
  elasticsearch.onBulk = () => ({ kind: 'refuse', status: 503 })
  const large = `{"create":{"_index":"i"}}\n{"message":"${'x'.repeat(20_000)}"}\n`
  let refused: Awaited<ReturnType<typeof post>> | undefined
  for (let sent = 0; refused === undefined; sent++) {
    const result = await post('/_bulk', large)
    if (result.status !== 200) refused = result
    assert.ok(sent < 20)
  }
  assert.equal(refused.status, 429)
  assert.equal(refused.answer.error?.type, 'es_rejected_execution_exception')
  assert.equal(refused.headers.get('retry-after'), '5')
  elasticsearch.onBulk = () => undefined
  await collector.settle()
  await collector.account()
})
