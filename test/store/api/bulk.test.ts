import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { Client } from '@elastic/elasticsearch'
import fc from 'fast-check'
import { indexTemplate } from '../../../collector/index/template.ts'
import { startService } from '../service.ts'

const STREAM = 'logs-kubernetes.otel-default'
const TEMPLATE = indexTemplate({ dataset: 'kubernetes.otel', retention: '7d' })
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store'

function lines(...values: object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

const TIME = '2026-11-20T00:00:00.123456789Z'

test('the official client is content', async (t) => {
  const { url } = await startService(t)
  const client = new Client({ node: url, maxRetries: 0 })
  t.after(() => client.close())
  assert.equal(await client.ping(), true)
  assert.equal((await client.info()).tagline, 'You Know, for Search')
  assert.equal((await client.cluster.health({ wait_for_status: 'yellow' })).status, 'green')
  const template = { name: 'vedette-logs', ...(TEMPLATE as { index_patterns: string[] }) }
  assert.equal((await client.indices.putIndexTemplate(template)).acknowledged, true)
  assert.equal(await client.indices.existsIndexTemplate({ name: 'vedette-logs' }), true)
  const { index_templates: templates } = await client.indices.getIndexTemplate({ name: 'vedette-*' })
  assert.deepEqual(
    templates.map(({ name }) => name),
    ['vedette-logs'],
  )
  const document = { '@timestamp': TIME, body: { text: 'hello' } }
  const operations = [{ create: { _index: STREAM, _id: 'one' } }, document, { create: { _index: STREAM } }, document]
  const first = await client.bulk({ operations, require_data_stream: true })
  assert.equal(first.errors, false)
  assert.match(first.items[1]!.create!._id!, /^auto-/)
  const second = await client.bulk({ operations: operations.slice(0, 2) })
  assert.equal(second.errors, true)
  assert.equal(second.items[0]!.create!.status, 409)
  const { data_streams: streams } = await client.indices.getDataStream({ name: '*' })
  assert.deepEqual(
    streams.map(({ name, template: used }) => [name, used]),
    [[STREAM, 'vedette-logs']],
  )
  assert.equal((await client.indices.deleteDataStream({ name: STREAM })).acknowledged, true)
  assert.equal(await client.indices.exists({ index: STREAM }), false)
})

test('items are answered as Elasticsearch answers them', async (t) => {
  const store = await startService(t)
  assert.equal((await store.request('PUT', '/_index_template/l', JSON.stringify(TEMPLATE))).status, 200)
  const body = lines(
    { create: { _index: STREAM, _id: 'a' } },
    { '@timestamp': TIME },
    { create: { _index: STREAM, _id: 'a' } },
    { '@timestamp': TIME },
    { index: { _index: STREAM, _id: 'b' } },
    { '@timestamp': TIME },
    { create: { _index: STREAM, _id: 'c' } },
    { '@timestamp': TIME, severity_number: 'many' },
    { create: { _index: STREAM, _id: 'd' } },
    { body: { text: 'no time' } },
    { create: { _index: 'Upper', _id: 'e' } },
    { '@timestamp': TIME },
    { create: { _index: STREAM, _id: 'x'.repeat(513) } },
    { '@timestamp': TIME },
    { update: { _index: STREAM, _id: 'f' } },
    { doc: {} },
    { delete: { _index: STREAM, _id: 'f' } },
    { create: { _index: STREAM, _id: 'g' } },
    { '@timestamp': '2262-04-12T00:00:00Z' },
    { create: { _index: STREAM, _id: 'h' } },
    { '@timestamp': TIME, observed_timestamp: '1969-12-31T23:59:59Z' },
    { create: { _index: STREAM, _id: 'i' } },
    { '@timestamp': TIME, message: 'an alias' },
    { create: { _index: STREAM, _id: 'j' } },
    { '@timestamp': TIME, severity_text: 'x'.repeat(40_000) },
  )
  const { json } = await store.request('POST', '/_bulk', body)
  const outcomes = json.items.map((item) => {
    const [operation, { _id, status, error }] = Object.entries(item)[0]!
    return [operation, String(_id).slice(0, 3), status, error?.type]
  })
  assert.deepEqual(outcomes, [
    ['create', 'a', 201, undefined],
    ['create', 'a', 409, 'version_conflict_engine_exception'],
    ['index', 'b', 400, 'illegal_argument_exception'],
    ['create', 'c', 400, 'document_parsing_exception'],
    ['create', 'd', 400, 'document_parsing_exception'],
    ['create', 'e', 400, 'invalid_index_name_exception'],
    ['create', 'xxx', 400, 'illegal_argument_exception'],
    ['update', 'f', 400, 'illegal_argument_exception'],
    ['delete', 'f', 400, 'illegal_argument_exception'],
    ['create', 'g', 400, 'document_parsing_exception'],
    ['create', 'h', 400, 'document_parsing_exception'],
    ['create', 'i', 400, 'document_parsing_exception'],
    ['create', 'j', 201, undefined],
  ])
  assert.equal(json.errors, true)
  assert.deepEqual(json.items[0]!.create, {
    _index: json.items[0]!.create!._index,
    _id: 'a',
    _version: 1,
    result: 'created',
    _seq_no: json.items[0]!.create!._seq_no,
    _primary_term: 1,
    status: 201,
  })
  const hidden = await store.request('POST', '/_bulk?include_source_on_error=false', body)
  assert.ok(!hidden.text.includes('many'))
  const filtered = await store.request('POST', `/_bulk?filter_path=${FILTER}&require_data_stream=true`, body)
  assert.deepEqual(Object.keys(filtered.json), ['errors', 'items'])
  assert.deepEqual(Object.keys(filtered.json.items[0]!.create!), ['status', 'error'])
  const plain = lines({ create: { _index: 'other', _id: 'a' } }, { n: 1 })
  const refused = await store.request('POST', '/_bulk?require_data_stream=true', plain)
  assert.equal(refused.json.items[0]!.create!.error?.type, 'index_not_found_exception')
  assert.equal(
    (await store.request('POST', '/other/_bulk', lines({ index: {} }, { n: 1 }))).json.items[0]!.index!.status,
    201,
  )
})

test('a bulk body that makes no sense is refused whole and says where', async (t) => {
  const store = await startService(t)
  const refusals: [string | Buffer, RegExp][] = [
    ['', /request body is required/],
    ['{"create":{}}\n{}', /terminated by a newline/],
    ['{"create":{}}\n', /source line .* is missing/],
    ['{"create":{}}\n{}\n', /index is missing/],
    ['nonsense\n{}\n', /line \[1\]/],
    ['{"make":{}}\n{}\n', /found \[make\]/],
    ['{"create":{"_foo":1}}\n{}\n', /\[_foo\]/],
    ['\n\n', /no requests added/],
    [Buffer.from([0xff, 0xfe, 0x0a, 0x0a]), /UTF-8/],
  ]
  for (const [body, expected] of refusals) {
    const { status, text } = await store.request('POST', '/_bulk', body)
    assert.equal(status, 400, text)
    assert.match(text, expected)
  }
})

test('documents beyond the limits are refused one by one', async (t) => {
  const store = await startService(t)
  const action = '{"create":{"_index":"plain"}}\n'
  const nested = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`
  const sources = [
    '{"n":1}',
    nested,
    `{"a":[${'0,'.repeat(20_000)}0]}`,
    '{"a":1,"a":2}',
    '{"a":}',
    '[1]',
    '7',
    '{"a":"\u0001"}',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    '{"n":2}',
  ]
  const body = Buffer.concat(sources.flatMap((source) => [Buffer.from(action), Buffer.from(source), Buffer.from('\n')]))
  const { json } = await store.request('POST', '/_bulk?filter_path=items.*.status', body)
  const statuses = json.items.map(({ create }) => create!.status)
  assert.deepEqual(statuses, [201, 400, 400, 400, 400, 400, 400, 400, 400, 201])
})

test('bodies are limited after decompression and together', async (t) => {
  const store = await startService(t, ['limits.request_bytes=1MiB', 'limits.in_flight_bytes=2MiB'])
  const bomb = Buffer.alloc(50 * 1024 ** 2, 0x20)
  for (const [encoding, body] of [
    ['gzip', gzipSync(bomb)],
    ['zstd', zstdCompressSync(bomb)],
    ['identity', Buffer.alloc(2 * 1024 ** 2, 0x20)],
  ] as const) {
    const { status, json } = await store.request('POST', '/_bulk', body, { 'content-encoding': encoding })
    assert.equal(status, 413, encoding)
    assert.equal(json.status, 413)
  }
  const broken = await store.request('POST', '/_bulk', 'not gzip', { 'content-encoding': 'gzip' })
  assert.equal(broken.status, 400)
  assert.equal((await store.request('POST', '/_bulk', 'x', { 'content-encoding': 'br' })).status, 415)
  assert.equal((await store.request('POST', '/_bulk', 'x', { 'content-type': 'text/plain' })).status, 406)
  const small = lines({ create: { _index: 'plain' } }, { n: 1 })
  for (const compress of [gzipSync, zstdCompressSync]) {
    const headers = { 'content-encoding': compress === gzipSync ? 'gzip' : 'zstd' }
    assert.equal((await store.request('POST', '/_bulk', compress(small), headers)).json.errors, false)
  }
  const metrics = (await store.request('GET', '/metrics')).text
  assert.match(metrics, /^vedette_store_in_flight_bytes 0$/m)
})

const token = fc.oneof(
  fc.constantFrom(
    '{"create":{"_index":"plain","_id":"a"}}\n',
    '{"index":{"_index":"logs-x"}}\n',
    '{"create":{}}\n',
    '{"delete":{"_index":"plain","_id":"z"}}\n',
    '{"@timestamp":"2026-11-20T00:00:00Z","a":{"b":[1,{"c":null}]}}\n',
    '{"@timestamp":99999999999999999999}\n',
    '{"__proto__":{"a":1},"constructor":{"prototype":1}}\n',
    '{"a":',
    '"\\ud800"',
    '{}\n',
    '\n',
    '\r\n',
    '{"',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

test('no body whatever brings the store down or has it answer with its own failure', async (t) => {
  const store = await startService(t)
  await store.request('PUT', '/_index_template/l', JSON.stringify({ index_patterns: ['logs-*'], data_stream: {} }))
  const body = fc.oneof(
    fc.array(token, { maxLength: 12 }).map((parts) => Buffer.from(`${parts.join('')}\n`)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  )
  const paths = fc.constantFrom('/_bulk', '/plain/_bulk', '/_index_template/a', '/_component_template/b')
  await fc.assert(
    fc.asyncProperty(body, paths, async (bytes, path) => {
      const { status, text } = await store.request(
        path.startsWith('/_i') || path.startsWith('/_c') ? 'PUT' : 'POST',
        path,
        bytes,
      )
      assert.ok(status < 500, `${status}: ${text}`)
      JSON.parse(text)
      if (path.endsWith('_bulk') && status === 200) {
        for (const item of JSON.parse(text).items)
          assert.ok((Object.values(item)[0] as { status: number }).status < 500)
      }
    }),
    { numRuns: 400 },
  )
  assert.ok(!store.lines.some((line) => line.includes('unexpectedly')))
})
