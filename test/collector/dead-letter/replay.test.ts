import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { systemFiles } from '#lib/files.ts'
import { createWebServer } from '#lib/http/server.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { deadLetterRoutes } from '../../../collector/dead-letter/routes.ts'
import { encodeEntryHeader } from '../../../collector/queue/entry.ts'
import { startCli } from '../../support/cli-process.ts'
import { CollectorHarness, recordsOf } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

interface Answer {
  readonly total: number
  readonly next?: number
  readonly letters: readonly { readonly id: number }[]
  readonly document: string
  readonly document_id: string
}

const SECRET = 'the-secret-of-a-document'
const names = (count: number, prefix = 'id') => Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

async function start(t: TestContext) {
  const elasticsearch = new FakeElasticsearch()
  const collector = new CollectorHarness(temporaryDirectory(t), await elasticsearch.start())
  t.after(() => elasticsearch.stop())
  await collector.start()
  const web = createWebServer({
    name: 'web',
    listenAddress: '127.0.0.1:0',
    routes: deadLetterRoutes(collector.pipeline.indexing),
  })
  await web.start?.()
  t.after(() => web.stop?.(AbortSignal.timeout(1_000)))
  const url = `${web.url}/api/v1/dead-letters`
  const get = async (path = '') => {
    const response = await fetch(`${url}${path}`)
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
  }
  return { elasticsearch, collector, server: web.url, get, post }
}

/** A mapping that does not fit some documents until it is mended. */
function breakMapping(elasticsearch: FakeElasticsearch, isRefused: (id: string) => boolean): void {
  const reason = `[1:24] failed to parse field [attributes.code] of type [long] in document with id 'x'. Preview of field's value: '${SECRET}'`
  elasticsearch.onBulk = () => ({
    kind: 'items',
    fault: ({ id }) => (isRefused(id) ? { status: 400, type: 'document_parsing_exception', reason } : undefined),
  })
}

test('a replay after the mapping was mended loses nothing and doubles nothing', async (t) => {
  const { elasticsearch, collector, post, get } = await start(t)
  breakMapping(elasticsearch, (id) => Number(id.slice(3)) % 3 === 0)
  await collector.send(names(300), (id) => `${SECRET} ${id}`)
  await collector.settle()
  assert.equal((await get()).body.total, 100)
  const mended = (id: string) => Number(id.slice(3)) % 6 !== 0
  breakMapping(elasticsearch, (id) => !mended(id))
  assert.deepEqual((await post('/replay', { all: true })).body, { letters: 100, records: 100, skipped: 0, through: 99 })
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 250)
  const again = await collector.letters()
  assert.deepEqual([...new Set(again.map(({ head }) => head.attempts))], [2])
  assert.equal(again.length, 50)
  elasticsearch.onBulk = () => undefined
  await post('/replay', { type: 'document_parsing_exception' })
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 300)
  assert.deepEqual(elasticsearch.conflicts, [])
  const { replayed, indexed, deadLetter, duplicate } = await collector.account()
  assert.deepEqual(
    { replayed, indexed, deadLetter, duplicate },
    { replayed: 150, indexed: 300, deadLetter: 150, duplicate: 0 },
  )
  assert.equal(await collector.metric('dead_letters'), 0)
  assert.deepEqual(
    collector.lines.filter((line) => line.includes(SECRET)),
    [],
    'what a document says is never logged',
  )
  await collector.stop()
})

test('letters are chosen by number, error, data stream and time, and read page by page', async (t) => {
  const { elasticsearch, collector, post, get } = await start(t)
  const types = ['document_parsing_exception', 'illegal_argument_exception']
  elasticsearch.onBulk = () => ({
    kind: 'items',
    fault: ({ id }) => ({ status: 400, type: types[Number(id.slice(3)) % 2]!, reason: 'no' }),
  })
  await collector.send(names(10))
  await collector.settle()
  const first = (await get('?limit=4')).body
  assert.deepEqual([first.total, first.letters.length, first.next], [10, 4, 3])
  const rest = (await get(`?limit=10&after=${first.next}&type=illegal_argument_exception`)).body
  assert.deepEqual(
    rest.letters.map(({ id }) => id),
    [5, 7, 9],
  )
  assert.equal((await get('?since=2100-01-01T00:00:00Z')).body.letters.length, 0)
  assert.equal((await get('?index=logs-other')).body.letters.length, 0)
  const shown = (await get('/5')).body
  assert.deepEqual(JSON.parse(shown.document).body, { text: `text of ${shown.document_id}` })
  assert.equal((await get('/77')).status, 404)
  assert.deepEqual((await post('/drop', { ids: [0, 1, 77], type: types[0] })).body.letters, 1)
  assert.deepEqual((await post('/drop', { index: ['logs-kubernetes.otel-default'] })).body.letters, 9)
  assert.equal((await get()).body.total, 0)
  for (const [path, body] of [
    ['/replay', {}],
    ['/replay', { ids: ['1'] }],
    ['/drop', { since: 'yesterday' }],
    ['/drop', { all: true, unknown: 1 }],
  ] as const) {
    const { status, body: answer } = await post(path, body)
    assert.equal(status, 400, JSON.stringify(answer))
  }
  assert.equal((await get('?limit=0')).status, 400)
  assert.equal((await get('?unknown=0')).status, 400)
  await collector.stop()
})

test('only requests of the same origin, in JSON, may change anything', async (t) => {
  const { elasticsearch, collector, server, post } = await start(t)
  breakMapping(elasticsearch, () => true)
  await collector.send(names(2))
  await collector.settle()
  assert.equal((await post('/drop', { all: true }, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await post('/drop', { all: true }, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await post('/drop', { all: true }, { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await collector.letters()).length, 2)
  assert.equal((await post('/drop', { all: true }, { origin: server, 'sec-fetch-site': 'same-origin' })).status, 200)
  assert.equal((await collector.letters()).length, 0)
  await collector.stop()
})

test('entries that cannot be made into documents are kept whole, and replayed as they are', async (t) => {
  const { collector } = await start(t)
  await collector.stop()
  const request = zstdCompressSync(recordsOf(['a', 'b'], (id) => id))
  const header = encodeEntryHeader({ kind: 'otlp_logs', encoding: 'zstd', receivedAtMs: Date.UTC(2026, 10, 21) })
  const unknown = Buffer.from(header)
  unknown[0] = 9
  const { log } = await SegmentLog.open({
    ...{ files: systemFiles, directory: join(collector.directory, 'queue') },
    ...{ segmentBytes: 1e6, maxPayloadBytes: 1e6 },
  })
  await log.append([header, request], 2)
  await log.append([header, Buffer.from('this is not zstd')], 3)
  await log.append([header, zstdCompressSync(Buffer.from('this is not protobuf'))], 4)
  await log.append([unknown, request], 2)
  await log.close()
  writeFileSync(join(collector.directory, 'dead-letter', 'dead-letter-00000001.ndjson'), '{}\n')
  await collector.start()
  await collector.settle()
  const { recovered, indexed, deadLetter, lost } = await collector.account()
  assert.deepEqual({ recovered, indexed, deadLetter, lost }, { recovered: 11, indexed: 2, deadLetter: 9, lost: 0 })
  assert.ok(collector.lines.some((line) => line.includes('of an earlier version')))
  const kinds = async () =>
    (await collector.letters()).map(({ head }) => [head.kind, head.records, head.attempts]).sort()
  assert.deepEqual(await kinds(), [
    ['otlp_logs', 3, 1],
    ['otlp_logs', 4, 1],
    ['unknown', 2, 1],
  ])
  const { replayer, deadLetters } = collector.pipeline.indexing
  const selection = { types: [], indices: [], sinceMs: -Infinity, untilMs: Infinity, ids: undefined }
  const { letters, skipped } = await replayer.replay({ selection, after: -1, through: deadLetters.nextId - 1 })
  assert.deepEqual([letters, skipped], [2, 1])
  await collector.settle()
  assert.deepEqual(await kinds(), [
    ['otlp_logs', 3, 2],
    ['otlp_logs', 4, 2],
    ['unknown', 2, 1],
  ])
  await collector.account()
  await collector.stop()
})

test('vedette dead-letter lists, shows, replays and drops', async (t) => {
  const { elasticsearch, collector, server } = await start(t)
  const run = (...args: string[]) => startCli(t, ['dead-letter', ...args, '--server', server]).ended
  breakMapping(elasticsearch, () => true)
  await collector.send(names(3))
  await collector.settle()
  const listed = await run('list')
  assert.match(
    listed.stdout,
    /^0 \S+ logs-kubernetes\.otel-default 400 document_parsing_exception \d+B \[1:24\] failed/,
  )
  assert.match(listed.stderr, /3 of 3 dead letters/)
  const json = (await run('list', '--json', '--limit', '0')).stdout.trim().split('\n')
  assert.equal(json.length, 3)
  assert.match((await run('show', '1')).stdout, /id {8}id-1\ndocument\n\{"@timestamp"/)
  assert.equal((await run('show', '99')).code, 1)
  assert.equal((await run('replay')).code, 2)
  assert.equal((await run('drop', '--all')).code, 2)
  assert.equal((await run('drop', '0', '--yes')).stdout, 'dropped: 1 letter\n')
  elasticsearch.onBulk = () => undefined
  assert.deepEqual(JSON.parse((await run('replay', '--all', '--json')).stdout), { letters: 2, records: 2, skipped: 0 })
  await collector.settle()
  assert.equal(elasticsearch.documents.size, 2)
  assert.match((await run('list')).stderr, /There are no dead letters/)
  await collector.stop()
})
